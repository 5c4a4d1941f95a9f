using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EmailAuth.Arc;
using EmailAuth.AuthResults;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Tests;

namespace EmailAuth.Conformance.Peers;

/// <summary>
/// Chains in which our seals and those of dkimpy, Mail::DKIM::ARC and mailauth alternate: every one of the four takes over from every other, one hop
/// adds a list's footer, and all four validate what each hop sent. Each peer is started once a hop for all chains together.
/// </summary>
[Rfc(8617, "5.1.1")]
[Attack("A7")]
public class ArcPeerTests
{
    private const string Python = "/usr/bin/python3";
    private const string Perl = "/usr/bin/perl";

    /// <summary>Who seals: E is EmailAuth, D dkimpy, M Mail::DKIM::ARC, A mailauth. In lower case the hop adds a footer first, which mailauth cannot: it seals what it has just validated.</summary>
    private static readonly string[] Chains = ["EDMED", "DEmED", "MEDeM", "EeEdE", "DdMmE", "MMEED", "eMDEM", "EAMAE", "ADAeA", "MAeAD"];

    private const string Message =
        "Received: from a.example (a.example [192.0.2.1])\r\n\tby b.example with ESMTP;  Fri, 29 May 2026 10:00:00 +0000\r\n"
        + "From: Ann <ann@example.com>\r\nTo: list@lists.example\r\nSubject: Dinner  at\r\n\teight?\r\nDate: Fri, 29 May 2026 10:00:00 +0000\r\n"
        + "Message-ID: <1@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nHi all,\r\n\r\nare you \t hungry yet? \r\n.\r\n\r\n";

    // Standard input is a list of jobs, standard output the list of their answers. The key is published for every domain.
    private const string PythonPeer = """
        import sys, json, base64, dkim
        work = json.load(sys.stdin)
        record = work['record'].encode()
        def find(name, timeout=5):
            return record
        answers = []
        for job in work['jobs']:
            message = base64.b64decode(job['message'])
            if job['do'] == 'seal':
                fields = dkim.arc_sign(message, b's', job['domain'].encode(), work['key'].encode(), job['domain'].encode())
                answers.append(base64.b64encode(b''.join(fields)).decode())
            else:
                cv, results, reason = dkim.arc_verify(message, dnsfunc=find)
                answers.append([cv.decode() if cv else 'ended', reason])
        print(json.dumps(answers))
        """;

    private const string PerlPeer = """
        use strict; use warnings; use JSON::PP; use MIME::Base64; use Net::DNS;
        use Mail::DKIM::ARC::Signer; use Mail::DKIM::ARC::Verifier; use Mail::DKIM::PrivateKey;
        my $work = decode_json(do { local $/; <STDIN> });
        { no warnings 'redefine';
          *Mail::DKIM::DNS::query = sub { my ($name, $type) = @_; return Net::DNS::RR->new(owner => $name, type => 'TXT', txtdata => [unpack('(A200)*', $work->{record})]); }; }
        my $pem = $work->{key}; $pem =~ s/-----[^-]+-----//g; $pem =~ s/\s//g;
        my @answers;
        for my $job (@{$work->{jobs}}) {
          my $message = decode_base64($job->{message});
          if ($job->{do} eq 'seal') {
            my $signer = Mail::DKIM::ARC::Signer->new(Algorithm => 'rsa-sha256', Domain => $job->{domain}, SrvId => $job->{domain}, Selector => 's',
              Chain => 'ar', Key => Mail::DKIM::PrivateKey->load(Data => $pem));
            $signer->PRINT($message); $signer->CLOSE;
            push @answers, encode_base64(join('', map { "$_\015\012" } map { s/\015?\012$//r } $signer->as_strings), '');
          } else {
            my $verifier = Mail::DKIM::ARC::Verifier->new();
            $verifier->PRINT($message); $verifier->CLOSE;
            push @answers, [$verifier->result, $verifier->result_detail];
          }
        }
        print encode_json(\@answers);
        """;

    private readonly SigningKey _key;
    private readonly string _pem;
    private readonly string _record;
    private readonly IDnsResolver _resolver;

    public ArcPeerTests()
    {
        using var rsa = RSA.Create(2048);
        _pem = rsa.ExportRSAPrivateKeyPem();
        _key = SigningKey.FromPem(_pem);
        var record = DkimKeyRecord.FromKey(_key);
        _record = record.ToString();
        _resolver = ZoneDnsResolver.Parse(string.Join('\n', Enumerable.Range(1, 5).Select(hop => record.ToMasterFile(DomainName.Parse(DomainOf(hop)), "s"))));
    }

    [OneTimeTearDown]
    public void ForgetTheKey() => _key.Dispose();

    private static string DomainOf(int hop) => $"hop{hop}.example";

    private sealed record Job(string Do, byte[] Message, string Domain = "");

    [Test]
    public async Task Chains_in_which_seals_of_ours_and_theirs_alternate_pass_everywhere()
    {
        RequirePeers();
        var messages = Chains.ToDictionary(chain => chain, _ => Message);
        var sent = new List<(string Name, string Message, int Instance, int OldestPass)>();
        for (var hop = 1; hop <= 5; hop++)
        {
            var underway = Chains.Where(chain => chain.Length >= hop).ToList();
            foreach (var sealers in underway.GroupBy(chain => char.ToUpperInvariant(chain[hop - 1])))
                await SealAsync(sealers.Key, [.. sealers], messages, hop);
            sent.AddRange(underway.Select(chain => (chain[..hop], messages[chain], hop, OldestPassOf(chain[..hop]))));
        }

        var theirs = sent.Select(entry => new Job("validate", Octets(entry.Message))).ToList();
        var node = Run(Peer.Node, Mailauth, theirs);
        var python = Run(Python, ["-c", PythonPeer], theirs);
        var perl = Run(Perl, ["-e", PerlPeer], theirs);
        for (var i = 0; i < sent.Count; i++)
        {
            var ours = await ValidateAsync(sent[i].Message);
            Assert.That((ours.Status, ours.Instance, ours.OldestPass), Is.EqualTo((ArcStatus.Pass, sent[i].Instance, (int?)sent[i].OldestPass)), $"EmailAuth on {sent[i].Name}: {ours.ReasonText}");
            Assert.That(python[i][0].GetString(), Is.EqualTo("pass"), $"dkimpy on {sent[i].Name}: {python[i]}\n{sent[i].Message}");
            Assert.That(node[i][0].GetString(), Is.EqualTo("pass"), $"mailauth on {sent[i].Name}: {node[i]}\n{sent[i].Message}");
            Assert.That(perl[i][0].GetString(), Is.EqualTo("pass"), $"Mail::DKIM on {sent[i].Name}: {perl[i]}\n{sent[i].Message}");
        }
    }

    [Test]
    [Rfc(8617, "5.1.2")]
    public async Task A_broken_chain_that_we_mark_passes_nowhere()
    {
        RequirePeers();
        var messages = new Dictionary<string, string> { ["D"] = Message, ["M"] = Message };
        await SealAsync('D', ["D"], messages, 1);
        await SealAsync('M', ["M"], messages, 1);
        var broken = messages.Values.Select(message => message.Replace("hungry", "thirsty", StringComparison.Ordinal)).ToList();
        var marked = new List<string>();
        foreach (var message in broken)
        {
            var chain = await ValidateAsync(message);
            Assert.That((chain.Status, chain.Reason), Is.EqualTo((ArcStatus.Fail, ArcReason.MessageSignature)));
            marked.Add(Prepend(await SealerOf(2).SealAsync(EmailMessage.FromBytes(Octets(message)), ResultsOf(chain, 2), chain), message));
        }
        var jobs = broken.Concat(marked).Select(message => new Job("validate", Octets(message))).ToList();
        Assert.That(Run(Python, ["-c", PythonPeer], jobs).Select(answer => answer[0].GetString()), Is.EqualTo((string[])["fail", "fail", "ended", "ended"]));
        Assert.That(Run(Perl, ["-e", PerlPeer], jobs).Select(answer => answer[0].GetString()), Is.All.EqualTo("fail"));
        Assert.That(Run(Peer.Node, Mailauth, jobs).Select(answer => answer[0].GetString()), Is.All.EqualTo("fail"));
        foreach (var message in marked)
            Assert.That((await ValidateAsync(message)).Reason, Is.EqualTo(ArcReason.MarkedFailed));
    }

    private static void RequirePeers()
    {
        Peer.Require("python3-dkim", Python, "-c", "import dkim, authres");
        Peer.Require("libmail-dkim-perl", Perl, "-MMail::DKIM::ARC::Signer", "-e", "1");
        Peer.RequireNpm("mailauth");
    }

    private static string[] Mailauth => [Repository.PathOf("tests", "EmailAuth.Conformance", "Peers", "MailauthTests.mjs"), "arc", Peer.NpmFolder];

    /// <summary>The last hop that added a footer; 0 if that was the first, or none.</summary>
    private static int OldestPassOf(string chain)
    {
        var hop = chain.Length - chain.Reverse().TakeWhile(char.IsUpper).Count();
        return hop <= 1 ? 0 : hop;
    }

    private async Task SealAsync(char sealer, List<string> chains, Dictionary<string, string> messages, int hop)
    {
        var jobs = new List<Job>();
        foreach (var name in chains)
        {
            var chain = await ValidateAsync(messages[name]);
            var results = ResultsOf(chain, hop);
            // What was found on arrival is sealed; the footer comes in between.
            if (name.Length >= hop && char.IsLower(name[hop - 1]))
                messages[name] += $"-- \r\nThe list at {DomainOf(hop)}\r\n";
            if (sealer == 'E')
            {
                messages[name] = Prepend(await SealerOf(hop).SealAsync(EmailMessage.FromBytes(Octets(messages[name])), results, chain), messages[name]);
                continue;
            }
            // The peers seal what stands in Authentication-Results, which the border wrote.
            messages[name] = Prepend([results.ToHeaderField()], messages[name]);
            jobs.Add(new Job("seal", Octets(messages[name]), DomainOf(hop)));
        }
        if (jobs.Count == 0)
            return;
        var answers = sealer switch
        {
            'A' => Run(Peer.Node, Mailauth, jobs),
            'D' => Run(Python, ["-c", PythonPeer], jobs),
            _ => Run(Perl, ["-e", PerlPeer], jobs),
        };
        foreach (var (name, answer) in chains.Zip(answers))
        {
            var fields = Encoding.Latin1.GetString(answer.GetBytesFromBase64());
            Assert.That(fields, Does.Contain("ARC-Seal"), $"{sealer} did not seal {name}");
            messages[name] = fields + messages[name];
        }
    }

    private List<JsonElement> Run(string program, string[] arguments, List<Job> jobs)
    {
        var work = JsonSerializer.SerializeToUtf8Bytes(new
        {
            record = _record,
            key = _pem,
            jobs = jobs.Select(job => new { @do = job.Do, message = Convert.ToBase64String(job.Message), domain = job.Domain }),
        });
        var (exitCode, output, error) = Peer.Run(program, arguments, work, TimeSpan.FromSeconds(60));
        Assert.That(exitCode, Is.Zero, error);
        using var answers = JsonDocument.Parse(output);
        return [.. answers.RootElement.EnumerateArray().Select(answer => answer.Clone())];
    }

    private async Task<ArcResult> ValidateAsync(string message) => await new ArcValidator(_resolver).ValidateAsync(EmailMessage.FromBytes(Octets(message)));

    private ArcSealer SealerOf(int hop) => new(new ArcSealerOptions { Domain = DomainName.Parse(DomainOf(hop)), Selector = "s", Key = _key });

    private static AuthenticationResults ResultsOf(ArcResult chain, int hop) => new(DomainOf(hop),
        [chain.ToMethodResult(), new MethodResult("dmarc", "pass") { Properties = [new("header", "from", "example.com")] }]);

    private static string Prepend(IEnumerable<HeaderField> fields, string message) =>
        string.Concat(fields.Select(field => Encoding.Latin1.GetString(field.RawOctets.Span))) + message;

    private static byte[] Octets(string message) => Encoding.Latin1.GetBytes(message);
}
