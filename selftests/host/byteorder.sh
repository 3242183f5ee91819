#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A recording of a machine of the other byte order reads as if this one had made it.
#
# The converter here takes the structures from the headers, the tool its own tables.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

cd "$work" || exit 1

cat >convert.pl <<'END'
use strict;
use warnings;

my %size = (__u64 => 8, __s64 => 8, uint64_t => 8, int64_t => 8, __u32 => 4, uint32_t => 4,
	    __u16 => 2, uint16_t => 2);
my %members;	# of a structure: pairs of offset and size of its numbers
my %place;	# of a member: its offset

for my $file (splice @ARGV, 0, 2) {
	my ($name, $at, $union);
	open(my $in, '<', $file) or die "$file: $!";
	while (<$in>) {
		if (/^struct (\w+) \{/) { ($name, $at, $union) = ($1, 0, 0); }
		next unless defined $name;
		if (/^\};/) {
			die "$name has $at bytes" if $at != 128 && $name =~ /^(recording_|tcpclose_(record|detail|rst|drop|failed_call|session|left_out)$)/;
			undef $name;
		} elsif (/^\tunion \{/) {
			$union = 1;
		} elsif (/^\t\}/) {
			$union = 0;
		} elsif (/^(\t+)(\w+) (\w+)(?:\[(\d+)\])?;/ && !($union && $union++ > 1)) {
			# Of a union the first member counts
			my ($bytes, $count) = ($size{$2} || 1, $4 || 1);

			$place{"$name.$3"} = $at;
			push @{$members{$name}}, map { [$at + $_ * $bytes, $bytes] } 0 .. $count - 1 if $bytes > 1;
			$at += $bytes * $count;
		}
	}
}

my %kinds = (1 => 'tcpclose_record', 2 => 'tcpclose_detail', 3 => 'tcpclose_rst', 4 => 'tcpclose_left_out',
	     5 => 'tcpclose_drop', 6 => 'tcpclose_failed_call', 7 => 'tcpclose_session',
	     (map { $_ => 'recording_marker' } 0xf0 .. 0xf3, 0xf5), 0xf4 => 'recording_owner');
my $unknown = [[0, 8], [8, 4], [12, 2]];
binmode(STDIN);
binmode(STDOUT);
local $/ = \128;
while (my $record = <STDIN>) {
	my $kind = ord(substr($record, 14, 1));
	my @numbers = @{$. == 1 ? $members{recording_header} : $kinds{$kind} ? $members{$kinds{$kind}} : $unknown};

	# A mini-socket has "strays" and "unused" there
	if ($. > 1 && $kind == 1 && ord(substr($record, $place{'tcpclose_record.how'}, 1)) & 1) {
		my $at = $place{'tcpclose_record.srtt_us'};

		@numbers = map { $_->[0] == $at ? ([$at, 2], [$at + 2, 2]) : $_ } @numbers;
	}
	if (length($record) == 128) {
		substr($record, $_->[0], $_->[1]) = reverse(substr($record, $_->[0], $_->[1])) for @numbers;
	}
	print $record;
}
END

convert()
{
	perl convert.pl "$top/module/uapi/tcpclose.h" "$top/tools/lib/recording.h"
}

for kind in recording closes closes-left-out closes-lost drops failed-calls lingers owners sessions recycled ends \
	"lives 2000 50" "noise 20000"; do
	# shellcheck disable=SC2086 # several words
	"$sample" $kind >"own.rec"
	convert <own.rec >other.rec
	if cmp -s own.rec other.rec; then not_ok "$kind: the other byte order is another recording"; fi
	"$tcpclose" watch --json --input own.rec >own.json 2>own.err
	status=$?
	exits "$kind: the other byte order is read" "$status" "$tcpclose" watch --json --input other.rec
	same "and gives the same JSON" own.json out
	sed -i 's/^tcpclose: own\.rec:/tcpclose: other.rec:/' own.err
	same "and the same messages" own.err err
done

"$sample" recording | convert >other.rec
"$sample" recording >own.rec
"$tcpclose" watch --json --input own.rec >own.json
# In pieces that end anywhere
{ head -c 100; sleep 0.2; head -c 300; sleep 0.2; cat; } <other.rec | "$tcpclose" watch --json --input - >out 2>err
same "a pipe of the other byte order gives the same JSON" own.json out
head -c $((128 * 10 + 64)) own.rec >cut.rec
"$tcpclose" watch --json --input cut.rec >own.json 2>own.err
head -c $((128 * 10 + 64)) other.rec >cut.rec
"$tcpclose" watch --json --input cut.rec >out 2>err
same "one that was cut off likewise" own.json out

finish
