"""What every noun stands on, without tables: IDs, workflows, read policies, viewers, actors, errors, days, money."""
