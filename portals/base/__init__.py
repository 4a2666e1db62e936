"""What every portal's page is made of: layout, forms, tags, errors, and who may see a page."""
