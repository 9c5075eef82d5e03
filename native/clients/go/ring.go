// SPDX-License-Identifier: Apache-2.0

package tickbus

import (
	"sync/atomic"
	"unsafe"
)

type record [8]uint64

// ring is a power of two of slots, which are shared with other processes. Go's atomic operations are sequentially
// consistent, which is more than the wire format asks for: no fence is needed beside them.
type ring []record

func ringOf(words []uint64) ring { return unsafe.Slice((*record)(words), len(words)/8) }

func (r ring) slots() int64 { return int64(len(r)) }

func (r ring) slot(sequence int64) *record { return &r[int(sequence)&(len(r)-1)] }

func (r ring) stamp(sequence int64) int64 { return int64(atomic.LoadUint64(&r.slot(sequence)[0])) }

// begins says that the record of a sequence is there, and, asked once more, that its copy is whole.
func (slot *record) begins(q int64) bool { return int64(atomic.LoadUint64(&slot[0])) == q+1 }

// copyFirst and copyLast copy a record, but for its stamp; one function for both would be too large to be inlined. A
// record without the flag Coalesced in its head has missed nothing.
func (slot *record) copyFirst(copied *record) (head uint64) {
	copied[1] = atomic.LoadUint64(&slot[1])
	copied[2] = atomic.LoadUint64(&slot[2])
	copied[3] = atomic.LoadUint64(&slot[3])
	copied[4] = atomic.LoadUint64(&slot[4])
	return copied[4]
}

func (slot *record) copyLast(copied *record, head uint64) {
	copied[5] = atomic.LoadUint64(&slot[5])
	copied[6] = atomic.LoadUint64(&slot[6])
	tail := atomic.LoadUint64(&slot[7])
	if head&coalesced == 0 {
		tail = uint64(uint32(tail))
	}
	copied[7] = tail
}

// read copies the record of a sequence from its slot, and answers whether it was there and the copy is whole.
func (slot *record) read(q int64, copied *record) bool {
	if !slot.begins(q) {
		return false
	}
	slot.copyFirst(copied)
	slot.copyLast(copied, coalesced) // all of it
	return slot.begins(q)
}

// hasNews: there is something to read, or a loss to be counted.
func (r ring) hasNews(q int64) bool {
	a := r.stamp(q)
	return a > q || a < -(q+1)
}

// oldest is the oldest sequence that a reader may begin with.
func (r ring) oldest(base, next int64) int64 { return max(base, next-r.slots()+1) }

// skip is the sequence to continue at after an overrun; -1: the file was tampered with. A reader that is overrun again
// and again asks for more headroom.
func (r ring) skip(base int64, nextSequence *uint64, q, headroom int64) int64 {
	begun := magnitude(r.stamp(q)) - 1
	next := int64(atomic.LoadUint64(nextSequence)) // after the stamp
	if begun <= q || (begun-q)&(r.slots()-1) != 0 || next < begun-1 || next > mostSequence {
		return -1
	}
	return max(min(r.oldest(base, next)+headroom, next), q+1)
}

func magnitude(stamp int64) int64 { return max(stamp, -stamp) }

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

func max(a, b int64) int64 { return a + b - min(a, b) }
