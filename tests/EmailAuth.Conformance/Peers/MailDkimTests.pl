# Verifies or signs every message of a folder with Mail::DKIM.
#
# verify: prints "name TAB result" for each NAME.eml.
# sign: writes NAME_HEADER-BODY_rsa2048.signed for each message and canonicalization.
use strict;
use warnings;
use Mail::DKIM::Verifier;
use Mail::DKIM::Signer;
use Mail::DKIM::PrivateKey;

my ($folder, $mode) = @ARGV;
my %keys;
open(my $table, '<', "$folder/keys.txt") or die $!;
while (<$table>) {
    chomp;
    my ($name, $text) = split /\t/, $_, 2;
    $keys{$name} = $text;
}

# Answers from the table in place of the network.
package TableResolver {
    use Net::DNS;
    sub send {
        my ($self, $name, $type) = @_;
        my $packet = Net::DNS::Packet->new($name, $type);
        $packet->header->qr(1);
        if (exists $keys{$name}) {
            my @strings = $keys{$name} =~ /(.{1,255})/gs;
            $packet->push(answer => Net::DNS::RR->new(name => $name, type => 'TXT', txtdata => \@strings));
        }
        return $packet;
    }
    sub errorstring { 'NOERROR' }
}
Mail::DKIM::DNS::resolver(bless {}, 'TableResolver');

sub read_file {
    open(my $file, '<:raw', $_[0]) or die $!;
    local $/;
    return <$file> // '';
}

opendir(my $entries, $folder) or die $!;
for my $file (sort grep { /\.eml$/ } readdir $entries) {
    my $name = $file =~ s/\.eml$//r;
    my $message = read_file("$folder/$file");
    if ($mode eq 'verify') {
        my $verifier = Mail::DKIM::Verifier->new;
        $verifier->PRINT($message);
        $verifier->CLOSE;
        my ($signature) = $verifier->signatures;
        print "$name\t", $verifier->result eq 'pass' ? 'pass' : $verifier->result_detail, "\n";
        next;
    }
    for my $header (qw(simple relaxed)) {
        for my $body (qw(simple relaxed)) {
            my $signer = Mail::DKIM::Signer->new(
                Algorithm => 'rsa-sha256',
                Method    => "$header/$body",
                Domain    => 'example.com',
                Selector  => 'rsa2048',
                Key       => Mail::DKIM::PrivateKey->load(File => "$folder/rsa2048.pem"),
            );
            $signer->PRINT($message);
            $signer->CLOSE;
            open(my $out, '>:raw', "$folder/${name}_$header-${body}_rsa2048.signed") or die $!;
            print $out $signer->signature->as_string, "\r\n", $message;
            close $out;
        }
    }
}
