"""What happens without anybody asking: the worker, its timetable and its jobs. The only place that schedules anything."""
