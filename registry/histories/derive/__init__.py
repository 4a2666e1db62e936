"""Pure functions of histories: `facts` goes in, `binding` works out days, `packing` keeps them small, `deadlines` for what is entered by hand."""
