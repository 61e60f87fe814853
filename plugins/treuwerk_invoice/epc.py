"""The text behind the QR code by which banking apps fill in a transfer (EPC069-12, version 002)."""

from treuwerk.domain.payments import Transfer

_SERVICE, _VERSION, _UTF_8, _SEPA_TRANSFER = "BCD", "002", "1", "SCT"
_LARGEST = 999_999_999_99


def epc_text(transfer: Transfer, cents: int) -> str:
    """The lines of the code; empty where the amount is more than one can hold.

    Line 10 is the structured reference, so line 11, the free text, is left out: only one of them may be there.
    """
    if not 0 < cents <= _LARGEST:
        return ""
    return "\n".join((_SERVICE, _VERSION, _UTF_8, _SEPA_TRANSFER, transfer.bic, transfer.recipient, transfer.iban,
                      f"EUR{cents // 100}.{cents % 100:02}", "", transfer.reference))
