"""Traces: results, the database, the package, site files, the system."""

from dlcourse.grading.attacks.attack import Attack

_KIND = "writing outside"


def _write(name: str, source: str, tiers: str = "AB") -> Attack:
    return Attack(name, _KIND, (source,), tiers=tiers)


WRITING = (
    _write("results, overwritten", "attempt('written', lambda: open('@SECRET@', 'w').write('100'))"),
    _write("results, appended to", "attempt('written', lambda: open('@SECRET@', 'a').write('100'))"),
    _write("results, cut off", "attempt('cut', os.truncate, '@SECRET@', 0)"),
    _write("results, removed", "attempt('removed', os.unlink, '@SECRET@')"),
    _write("results, renamed", "attempt('renamed', os.rename, '@SECRET@', '@SECRET@.old')"),
    _write("results, replaced", "open('mine', 'w').write('100')\nattempt('replaced', os.replace, 'mine', '@SECRET@')"),
    _write("rights of results", "attempt('changed', os.chmod, '@SECRET@', 0)", "A"),
    _write("a file beside the results", "attempt('made', lambda: open('@OUTSIDE@/page.html', 'w'))"),
    _write("a folder beside the results", "attempt('made', os.mkdir, '@OUTSIDE@/more')"),
    _write(
        "the database",
        "import sqlite3\ntry:\n    base = sqlite3.connect('@OUTSIDE@/results.sqlite')\n"
        "    base.execute('create table points (n)')\n    base.commit()\n    taken.append('database')\n"
        "except sqlite3.Error:\n    pass",
    ),
    _write(
        "the package",
        "import dlcourse\nfolder = os.path.dirname(dlcourse.__file__)\n"
        "attempt('file', lambda: open(folder + '/__init__.py', 'ab'))\nattempt('new', os.mkdir, folder + '/@MARK@')",
    ),
    _write(
        "site files",
        "import keras, numpy\nfor module in (keras, numpy, os):\n    folder = os.path.dirname(module.__file__)\n"
        "    attempt('file', lambda: open(module.__file__, 'ab'))\n    attempt('new', os.mkdir, folder + '/@MARK@')\n"
        "import site\nfor folder in site.getsitepackages(): attempt('pth', os.mkdir, folder + '/@MARK@')",
    ),
    _write(
        "the system",
        "for folder in ('/usr', '/usr/bin', '/etc', '/var/tmp', '/root', '/home', '/opt', '/run', '/'):\n"
        "    attempt(folder, os.mkdir, os.path.join(folder, '@MARK@'))",
        "B",
    ),
    _write(
        "the system's own folders",
        "for folder in ('/usr', '/usr/bin', '/etc/fonts'):\n    attempt(folder, os.mkdir, folder + '/@MARK@')",
    ),
    _write("the kernel's settings", "attempt('set', lambda: open('/proc/sys/kernel/hostname', 'w').write('x'))"),
    _write("a device", "attempt('made', os.mknod, 'disk', 0o60666, os.makedev(8, 0))"),
    _write("its own limits", "import resource\nattempt('raised', resource.setrlimit, resource.RLIMIT_AS, (-1, -1))"),
)
