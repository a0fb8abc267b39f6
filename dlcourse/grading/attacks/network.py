"""The network: out by every protocol, in by listening, and to servers of this machine."""

from dlcourse.grading.attacks.attack import Attack

_KIND = "network"


def _socket(name: str, family: str, kind: str, then: str) -> Attack:
    source = f"import socket\ndef act():\n    with socket.socket({family}, {kind}) as s:\n        {then}\n"
    return Attack(name, _KIND, (source + "attempt('socket', act)",))


NETWORK = (
    _socket("TCP", "socket.AF_INET", "socket.SOCK_STREAM", "s.settimeout(.2); s.connect(('127.0.0.1', @PORT@))"),
    _socket("UDP", "socket.AF_INET", "socket.SOCK_DGRAM", "s.sendto(b'x', ('127.0.0.1', 53))"),
    _socket("IPv6", "socket.AF_INET6", "socket.SOCK_STREAM", "s.settimeout(.2); s.connect(('::1', @PORT@))"),
    _socket("listening", "socket.AF_INET", "socket.SOCK_STREAM", "s.bind(('127.0.0.1', 0)); s.listen()"),
    _socket("raw packets", "socket.AF_INET", "socket.SOCK_RAW", "s.sendto(b'x', ('127.0.0.1', 0))"),
    _socket("the kernel's own socket", "socket.AF_NETLINK", "socket.SOCK_RAW", "s.bind((0, 0))"),
    _socket("a unix socket", "socket.AF_UNIX", "socket.SOCK_STREAM", "s.connect('@OUTSIDE@/server')"),
    _socket("an abstract socket", "socket.AF_UNIX", "socket.SOCK_STREAM", "s.bind('\\0@MARK@'); s.listen()"),
    Attack("name resolution", _KIND, ("import socket\nattempt('resolved', socket.getaddrinfo, 'example.com', 80)",)),
    Attack(
        "a download",
        _KIND,
        ("import urllib.request\nattempt('read', urllib.request.urlopen, 'http://127.0.0.1:@PORT@/', None, .2)",),
    ),
    Attack(
        "an abstract socket by way of a pair",
        _KIND,
        (
            "import socket\none, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
            "attempt('sent', one.sendto, b'x', '\\0@MARK@')",
        ),
    ),
    Attack(
        "a unix socket by way of a pair",
        _KIND,
        (
            "import socket\none, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
            "attempt('sent', one.sendto, b'x', '@OUTSIDE@/box')",
        ),
    ),
)
