"""Word of a build by e-mail, chat or webhook, to the addresses of an environment variable.

The addresses hold passwords: they are read here, handed to apprise, and named in no message, file, log or kernel.
"""

import logging
import os

from diembao.schema import DiembaoError

VARIABLE = "DIEMBAO_NOTIFY"  # apprise's addresses, separated by spaces: mailto://…  json://…  slack://…


def send(title: str, text: str, good: bool) -> None:
    """A title and a text → a notice to every address; none are sent where the variable is not set.

    Raises DiembaoError for an address that is none and for a notice that did not get through.
    """
    addresses = os.environ.get(VARIABLE, "").split()
    if not addresses:
        return
    # a third of a second to import, for the few runs that have something to say
    import apprise

    logger = logging.getLogger("apprise")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)  # its warnings name hosts and users
    try:
        notifier = apprise.Apprise(asset=apprise.AppriseAsset(app_id="diembao", storage_mode="memory"))
        for number, address in enumerate(addresses, 1):
            if not notifier.add(address):
                raise DiembaoError(f"{VARIABLE}: address {number} of {len(addresses)} is none that apprise knows")
        kind = apprise.NotifyType.SUCCESS if good else apprise.NotifyType.FAILURE
        if not notifier.notify(title=title, body=text, notify_type=kind, body_format=apprise.NotifyFormat.TEXT):
            raise DiembaoError(f"{VARIABLE}: the notice did not get through to every address")
    finally:
        logger.setLevel(before)
