"""Kinds of notices and letters, and the life of a letter."""

from enum import StrEnum

from registry.core.workflow import Step, Workflow


class LetterKind(StrEnum):
    """Letters that the office prints."""

    WORKER_FIRST_PASSWORD = "worker_first_password"  # noqa: S105 -- the name of a letter
    WORKER_SECURITY_CODE = "worker_security_code"
    FIRM_FIRST_LOGIN = "firm_first_login"
    USER_FIRST_LOGIN = "user_first_login"
    FIRM_SECURITY_CODE = "firm_security_code"
    NEW_FIRST_PASSWORD = "new_first_password"  # noqa: S105 -- the name of a letter
    NEW_SECURITY_CODE = "new_security_code"


WITH_PASSWORD = {
    LetterKind.WORKER_FIRST_PASSWORD,
    LetterKind.FIRM_FIRST_LOGIN,
    LetterKind.USER_FIRST_LOGIN,
    LetterKind.NEW_FIRST_PASSWORD,
}
WITH_CODE = set(LetterKind) - WITH_PASSWORD


class LetterState(StrEnum):
    """Where a letter is."""

    QUEUED = "queued"
    PRINTED = "printed"
    SHIPPED = "shipped"
    WITHDRAWN = "withdrawn"  # its person has chosen a password before it was printed


class LetterMove(StrEnum):
    """What happens to a letter."""

    PRINT = "print"
    SHIP = "ship"
    WITHDRAW = "withdraw"


LETTER_LIFE = Workflow(
    "notices_letter",
    LetterState.QUEUED,
    (
        Step(LetterMove.PRINT, (LetterState.QUEUED,), LetterState.PRINTED),
        Step(LetterMove.SHIP, (LetterState.PRINTED,), LetterState.SHIPPED),
        Step(LetterMove.WITHDRAW, (LetterState.QUEUED,), LetterState.WITHDRAWN),
    ),
)


class NoticeKind(StrEnum):
    """Messages on the portal; their texts stand under `notice.<kind>`."""

    REGISTERED = "registered"
    CODE_SENT_AGAIN = "code_sent_again"
    LINKED = "linked"
    CARD_STOPPED = "card_stopped"
    CARD_LIFTED = "card_lifted"
    CARD_SHIPPED = "card_shipped"
    CARD_ENDED = "card_ended"
    INVITED = "invited"
    INVITED_ACCEPTED = "invited_accepted"  # what a firm was asked, once it has answered
    INVITED_DECLINED = "invited_declined"
    INVITATION_ACCEPTED = "invitation_accepted"
    INVITATION_DECLINED = "invitation_declined"
    JOINED_BY_KEY = "joined_by_key"
    PLACE_WITHDRAWN = "place_withdrawn"
    PLACE_ENDED = "place_ended"
    PLACE_GOES_ON = "place_goes_on"  # an end that was told is taken back
    PLACE_BELOW_ENDED = "place_below_ended"  # the same, to the firm above
    PLACE_BELOW_GOES_ON = "place_below_goes_on"
    LINK_ASKED = "link_asked"
    LINK_ASKED_DECLINED = "link_asked_declined"  # what one side was asked, once it has declined
    LINK_ASKED_WITHDRAWN = "link_asked_withdrawn"
    LINK_ACCEPTED = "link_accepted"
    LINK_ACCEPTED_FURTHER = "link_accepted_further"  # asked for as the principal one; another firm is that already
    LINK_DECLINED = "link_declined"
    UNLINKED = "unlinked"
    UNLINKED_BY_NAME = "unlinked_by_name"  # from a firm that is not registered: nobody whose day could be disputed
    PRINCIPAL_GAINED = "principal_gained"
    PRINCIPAL_LOST = "principal_lost"
    END_DISPUTED = "end_disputed"
    END_DISPUTED_AGREED = "end_disputed_agreed"  # what one side was asked, once it has answered
    END_DISPUTED_KEPT = "end_disputed_kept"
    END_DISPUTED_WITHDRAWN = "end_disputed_withdrawn"
    END_AGREED = "end_agreed"
    END_KEPT = "end_kept"
    END_WITHDRAWN = "end_withdrawn"  # by who announced it, while the link still held
    CLAIM_ENTERED = "claim_entered"
    CLAIM_ENTERED_FOR_YOU = "claim_entered_for_you"
    CLAIM_TAKEN_BACK = "claim_taken_back"
    CLAIM_ENTERED_APPROVED = "claim_entered_approved"  # what firms were asked, once the prime has answered
    CLAIM_ENTERED_REFUSED = "claim_entered_refused"
    CLAIM_APPROVED = "claim_approved"
    CLAIM_REFUSED = "claim_refused"
    CLAIM_REFUSED_ANSWERED = "claim_refused_answered"  # what told the worker of a refusal, once he has answered
    CLAIM_REFUSED_OF_PEOPLE = "claim_refused_of_people"
    CLAIM_ENTERED_ANEW = "claim_entered_anew"  # what told of a refusal, once the day was entered anew
    CLAIM_REFUSAL_ANSWERED = "claim_refusal_answered"
    CLAIM_REFUSAL_TAKEN_BACK = "claim_refusal_taken_back"
    CLAIMS_JOINED = "claims_joined"
    CLAIM_JOINED_FOR_YOU = "claim_joined_for_you"
    TOUCHES_FOUND_NOWHERE = "touches_found_nowhere"  # the same, of sites that nobody knows
    TOUCHES_FOUND = "touches_found"  # touches of an unknown card are this worker's
    DAYS_COUNTED = "days_counted"
    DAYS_REFUSED = "days_refused"
    DAY_COUNTED_TAKEN_BACK = "day_counted_taken_back"
    DAY_REFUSAL_TAKEN_BACK = "day_refusal_taken_back"
    EDIT_ASKED = "edit_asked"
    EDIT_TAKEN_BACK = "edit_taken_back"
    EDIT_ASKED_APPROVED = "edit_asked_approved"  # what the prime was asked, once it is answered
    EDIT_ASKED_REFUSED = "edit_asked_refused"
    EDIT_APPROVED = "edit_approved"
    EDIT_REFUSED = "edit_refused"
    POSITION_SAID = "position_said"
    POSITION_REFUSED = "position_refused"
