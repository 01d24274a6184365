"""Work that a request causes and does not wait for: mail, and what is done once a day.

It is written with Django's own task API. Where nothing is installed beside the portal a task runs in
the process that caused it, right after the commit. With `TASKS=database` it is a row, written in the
transaction that caused it, that `manage.py worker` takes: neither a rollback sends nor a crash loses it.

- `queueing` hands work over, `mail` is the task that sends one message;
- `worker` does what waits, `models` and `retry` say what becomes of what failed, and `reaper` gives back
  what a process was doing when it died, which `presence` can tell;
- `schedule` has what is done once a day, whatever the number of `manage.py tick` that look at the clock.
"""
