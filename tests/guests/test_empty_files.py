import pytest

from roundtable.errors import Refusal
from roundtable.guests import csv_import


@pytest.mark.parametrize("content", [b"\xfe\xff", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n \r\n"])
def test_a_file_that_holds_only_a_byte_order_mark_is_empty(content: bytes) -> None:
    with pytest.raises(Refusal, match="The file is empty"):
        csv_import.read(content)
