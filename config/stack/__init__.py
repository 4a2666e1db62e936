"""Everything that runs on one machine: database, server, job worker."""
