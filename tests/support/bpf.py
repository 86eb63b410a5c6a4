"""Asks a seccomp filter what it answers to a system call, without a kernel that runs it."""

from __future__ import annotations

import struct

ALLOW, ERRNO = 0x7FFF0000, 0x00050000
# AUDIT_ARCH_* of audit.h.
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7, "i386": 0x40000003}

# From bpf_common.h: what libseccomp uses of it.
LOAD_WORD, AND, RETURN = 0x20, 0x54, 0x06
JUMPS = {
    0x05: lambda value, k: True,
    0x15: lambda value, k: value == k,
    0x25: lambda value, k: value > k,
    0x35: lambda value, k: value >= k,
    0x45: lambda value, k: bool(value & k),
}


def answer(program: bytes, machine: str, number: int, *arguments: int) -> int:
    """0 where the call is allowed, else the error number that it is answered with."""
    given = [one & (2**64 - 1) for one in (*arguments, *[0] * (6 - len(arguments)))]
    # struct seccomp_data of seccomp.h
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, ARCHITECTURES[machine], 0, *given)
    value = place = 0
    while True:
        code, if_true, if_false, k = struct.unpack_from("<HBBI", program, place * 8)
        place += 1
        if code == LOAD_WORD:
            (value,) = struct.unpack_from("<I", data, k)
        elif code == AND:
            value &= k
        elif code == RETURN:
            return verdict(k)
        elif JUMPS[code](value, k):
            place += k if code == 0x05 else if_true
        else:
            place += if_false


def verdict(returned: int) -> int:
    if returned == ALLOW:
        return 0
    assert returned & 0xFFFF0000 == ERRNO, hex(returned)
    return returned & 0xFFFF
