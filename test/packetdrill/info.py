# SPDX-License-Identifier: BSD-3-Clause
"""What a script asserts of TCP_INFO, in Python that packetdrill writes to a file: run it, with the
names that only FreeBSD's packetdrill knows, as Linux numbers them."""

import runpy
import sys

STATES = {
    "TCPI_ESTABLISHED": 1,
    "TCPI_SYN_SENT": 2,
    "TCPI_SYN_RECEIVED": 3,
    "TCPI_FIN_WAIT_1": 4,
    "TCPI_FIN_WAIT_2": 5,
    "TCPI_TIME_WAIT": 6,
    "TCPI_CLOSED": 7,
    "TCPI_CLOSE_WAIT": 8,
    "TCPI_LAST_ACK": 9,
    "TCPI_LISTEN": 10,
    "TCPI_CLOSING": 11,
    "TCPI_OPT_TIMESTAMPS": 1,
    "TCPI_OPT_SACK": 2,
    "TCPI_OPT_WSCALE": 4,
    "TCPI_OPT_ECN": 8,
}

runpy.run_path(sys.argv[-1], init_globals=STATES, run_name="__main__")
