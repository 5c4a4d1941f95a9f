# mail-dkim.pl RECORDS SECONDS MESSAGE...: Mail::DKIM verifies the signature of a message again and again.
#
# Kept: the octets of the messages, and a DNS answer for each key, decoded as Net::DNS hands it out. Done each time, since Mail::DKIM keeps nothing from
# one message to the next: the message is gone through, the key record is read and OpenSSL loads its key.
use strict;
use warnings;
use File::Basename qw(basename);
use Mail::DKIM::Verifier;
use Net::DNS;
use Time::HiRes qw(clock_gettime CLOCK_PROCESS_CPUTIME_ID);

use constant WARM_UP_SECONDS => 1;

my ($records, $seconds, @files) = @ARGV;

my %answers;
open(my $table, '<', $records) or die "$records: $!";
while (<$table>) {
    chomp;
    my ($name, $text) = split /\t/, $_, 2;
    my $packet = Net::DNS::Packet->new($name, 'TXT');
    $packet->header->qr(1);
    $packet->push(answer => Net::DNS::RR->new(name => $name, type => 'TXT', txtdata => [ $text =~ /(.{1,255})/gs ]));
    $answers{$name} = $packet;
}

package KeptAnswers {
    sub send        { $answers{ $_[1] } // Net::DNS::Packet->new($_[1], 'TXT') }
    sub errorstring { 'NOERROR' }
}
Mail::DKIM::DNS::resolver(bless {}, 'KeptAnswers');

sub verify {
    my $verifier = Mail::DKIM::Verifier->new;
    $verifier->PRINT($_[0]);
    $verifier->CLOSE;
    return $verifier->result;
}

sub read_file {
    open(my $file, '<:raw', $_[0]) or die "$_[0]: $!";
    local $/;
    return scalar <$file>;
}

my @messages = map { [ basename($_, '.eml'), read_file($_) ] } @files;

my $end = clock_gettime(CLOCK_PROCESS_CPUTIME_ID) + WARM_UP_SECONDS;
while (clock_gettime(CLOCK_PROCESS_CPUTIME_ID) < $end) {
    verify($_->[1]) for @messages;
}

for (@messages) {
    my ($name, $message) = @$_;
    my ($ops, $used, $verdict) = (0, 0);
    my $started = clock_gettime(CLOCK_PROCESS_CPUTIME_ID);
    while ($used < $seconds) {
        $verdict = verify($message);
        $ops++;
        $used = clock_gettime(CLOCK_PROCESS_CPUTIME_ID) - $started;
    }
    printf qq({"peer":"mail-dkim","message":"%s","ops":%d,"cpu_ns_per_op":%.0f,"verdict":"%s"}\n), $name, $ops, $used / $ops * 1e9, $verdict;
}
