/* SPDX-License-Identifier: BSD-3-Clause */
/* How it stands with the capture that was begun last. */
#include "answers.h"
#include "capture.h"
#include "teller.h"

void
answer_capture(const struct question *question)
{
	struct teller *teller = question->teller;
	struct capture_state state;

	if (question->params != NULL) {
		tell_words(teller, "takes nothing");
		return;
	}
	capture_state(question->source->capture, &state);
	if (state.path == NULL) {
		tell_words(teller, "nothing was captured");
		return;
	}
	tell_string(teller, "file", state.path);
	tell_string(teller, "filter", state.filter != NULL ? state.filter : "");
	tell_number(teller, "snaplen", state.snaplen);
	tell_string(teller, "state", state.ended == NULL ? "on" : "ended");
	tell_string(teller, "ended", state.ended != NULL ? state.ended : "");
	tell_number(teller, "packets", state.packets);
	tell_number(teller, "bytes", state.bytes);
	tell_number(teller, "dropped", state.dropped);
}
