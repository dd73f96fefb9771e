"""XML that any strict parser reads, whatever the texts: the one place where XML is written."""

import re

from feedgenerator.django.utils.xmlutils import SimplerXMLGenerator

# What XML 1.0 cannot hold, not even escaped: most control characters, lone surrogates, U+FFFE and
# U+FFFF.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def writable(text: str) -> str:
    """`text` without the characters that XML cannot hold."""
    return _UNWRITABLE.sub("", text)


class Xml(SimplerXMLGenerator):  # type: ignore[misc]
    """The generator of feeds, which leaves out what it cannot write instead of failing on it."""

    def characters(self, content: str) -> None:
        super().characters(writable(content))

    def startElement(self, name: str, attrs: dict[str, str]) -> None:  # noqa: N802
        super().startElement(name, {key: writable(value) for key, value in attrs.items()})
