"""System calls that would undo the isolation."""

from dlcourse.grading.attacks.attack import Attack

_KIND = "system calls"


def _call(name: str, source: str) -> Attack:
    return Attack(name, _KIND, (f"attempt('done', {source})",))


SYSTEM = (
    _call("ptrace of the parent", "call, 'ptrace', 16, os.getppid() or 1, 0, 0"),
    _call("ptrace of the grader", "call, 'ptrace', 16, @GRADER@, 0, 0"),
    _call("another's memory read", "call, 'process_vm_readv', @GRADER@, 0, 0, 0, 0, 0"),
    _call("a mount", "call, 'mount', b'none', b'/tmp', b'tmpfs', 0, None"),
    _call("a folder of processes mounted", "call, 'mount', b'proc', b'/proc', b'proc', 0, None"),
    _call("an unmount", "call, 'umount2', b'/tmp', 2"),
    _call("new users", "call, 'unshare', 0x10000000"),
    _call("new mounts", "call, 'unshare', 0x00020000"),
    _call("another's namespace", "lambda: call('setns', os.open('/proc/self/ns/net', 0), 0)"),
    _call("a clone with new users", "call, 'syscall', 56, 0x10000000 | 17, 0, 0, 0, 0"),
    _call("the keyring", "call, 'syscall', 250, 0, -3, 0"),
    _call("a key added", "call, 'syscall', 248, b'user', b'name', b'x', 1, -3"),
    _call("another root", "os.chroot, '/tmp'"),
    _call("another user", "os.setuid, 1"),
    _call("becoming root", "lambda: os.setuid(0) if os.getuid() else os.setuid(1)"),
    _call("another group", "os.setgid, 1"),
    _call("another host name", "call, 'sethostname', b'x', 1"),
    _call("a program in the kernel", "call, 'syscall', 321, 5, 0, 0"),
    _call("counters of the processor", "call, 'syscall', 298, 0, 0, -1, -1, 0"),
    _call("a ring of requests", "call, 'syscall', 425, 8, ctypes.create_string_buffer(256)"),
    _call("faults handled by itself", "call, 'syscall', 323, 0"),
    _call("the kernel's log", "call, 'klogctl', 10, None, 0"),
    _call("the clock", "lambda: __import__('time').clock_settime(0, 0)"),
    _call("a higher priority", "os.setpriority, 0, 0, -10"),
    _call("a system call by its other number", "call, 'syscall', 0x40000000 | 41, 2, 1, 0"),
)
