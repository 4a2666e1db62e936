"""Background work of notices."""

from django.conf import settings
from django.core import mail
from django.utils.translation import gettext, override
from procrastinate.contrib.django import app

from registry.notices.models import Notice


@app.task(queue="mail")
def send_mail(notice_id: int) -> None:
    """Mail a portal message: its title, and where to read it. No personal data travels."""
    notice = Notice.objects.select_related("account").get(pk=notice_id)
    if not notice.account.mail:  # given up since the message was written
        return
    with override("ja"):
        title = gettext(f"notice.{notice.kind}.title")
        body = gettext("notice.mail_body").format(title=title, address=settings.PUBLIC_URL)
    mail.send_mail(title, body, settings.DEFAULT_FROM_EMAIL, [notice.account.mail])
