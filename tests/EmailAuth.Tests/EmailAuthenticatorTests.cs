using System.Net;
using System.Text;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Spf;

namespace EmailAuth.Tests;

/// <summary>What only the whole can show: how SPF, DKIM and DMARC meet, and how a call ends.</summary>
public class EmailAuthenticatorTests
{
    private const string Zone = """
        legit.example.         TXT "v=spf1 ip4:192.0.2.1 -all"
        _dmarc.legit.example.  TXT "v=DMARC1; p=reject"
        attack.example.        TXT "v=spf1 ip4:203.0.113.5 -all"
        helo.attack.example.   TXT "v=spf1 ip4:203.0.113.5 -all"
        mx.legit.example.      TXT "v=spf1 ip4:192.0.2.1 -all"
        """;

    private static readonly IPAddress Attacker = IPAddress.Parse("203.0.113.5");
    private static readonly IPAddress Legitimate = IPAddress.Parse("192.0.2.1");

    private static EmailMessage From(string from, string more = "") =>
        EmailMessage.FromBytes(Encoding.UTF8.GetBytes($"From: {from}\r\nSubject: x\r\n{more}\r\nbody\r\n"));

    private static async Task<VerificationResult> VerifyAsync(EmailMessage message, IPAddress? address, string helo, string? mailFrom, IDnsResolver? dns = null) =>
        await new EmailAuthenticator(dns ?? ZoneDnsResolver.Parse(Zone)).VerifyAsync(message, new SmtpSession(address, helo, mailFrom));

    [Pin("S16")]
    [Attack("S16")]
    [Attack("S17")]
    [TestCase("any@not.exist.legit.example", SpfStatus.None)]
    [TestCase("any@mailfrom.notexist.legit.example", SpfStatus.None)]
    [TestCase("any@legit.example", SpfStatus.Fail)]
    public async Task A_helo_pass_never_stands_in_for_mail_from(string mailFrom, SpfStatus expected)
    {
        var result = await VerifyAsync(From("ceo@legit.example"), Attacker, "helo.attack.example", mailFrom);
        Assert.That(result.Spf.Status, Is.EqualTo(expected));
        Assert.That(result.Helo!.Status, Is.EqualTo(SpfStatus.Pass));
        Assert.That(result.Dmarc.Status, Is.EqualTo(DmarcStatus.Fail));
        Assert.That(result.Dmarc.Disposition, Is.EqualTo(DmarcPolicy.Reject));
    }

    [TestCase("any@not.exist.legit.example")]
    [TestCase("any@legit.example")]
    public async Task A_domain_without_an_spf_record_is_no_identifier(string mailFrom)
    {
        var result = await VerifyAsync(From("ceo@legit.example"), Attacker, "helo.attack.example", mailFrom);
        Assert.That(result.Dmarc.Identifiers.Length, Is.EqualTo(result.Spf.Status == SpfStatus.None ? 0 : 1));
        Assert.That(result.Spf.Domain, Is.Not.Null);
    }

    [Pin("S17")]
    [Attack("S18")]
    [TestCase("<(any@legit.example>")]
    [TestCase("<@legit.example,@any.example:'any@attack.example>")]
    [TestCase("no-at-sign")]
    public async Task A_reverse_path_that_does_not_parse_never_falls_back_to_helo(string mailFrom)
    {
        var result = await VerifyAsync(From("ceo@legit.example"), Legitimate, "mx.legit.example", mailFrom);
        Assert.That(result.Spf.Scope, Is.EqualTo(SpfScope.MailFrom));
        Assert.That(result.Spf.Status, Is.Not.EqualTo(SpfStatus.Pass));
        Assert.That(result.Dmarc.Status, Is.EqualTo(DmarcStatus.Fail));
    }

    [Pin("S15")]
    [TestCase("")]
    [TestCase("<>")]
    [TestCase(null)]
    public async Task A_null_reverse_path_takes_helo_and_may_align(string? mailFrom)
    {
        var result = await VerifyAsync(From("postmaster@legit.example"), Legitimate, "mx.legit.example", mailFrom);
        Assert.That(result.Spf.Scope, Is.EqualTo(SpfScope.Helo));
        Assert.That(result.Helo, Is.Null);
        Assert.That(result.Dmarc.Status, Is.EqualTo(DmarcStatus.Pass));
        Assert.That(result.Dmarc.SpfAligned, Is.True);
    }

    [Attack("M1")]
    [Attack("M2")]
    [Attack("M3")]
    [TestCase("<a@attack.example>, <admin@legit.example>", "")]
    [TestCase("a@attack.example", "From: admin@legit.example\r\n")]
    [TestCase("a@attack.example", "From : admin@legit.example\r\n")]
    [TestCase("a@attack.example", "From\t: admin@legit.example\r\n")]
    [TestCase("=?utf-8?B?PGFkbWluQGxlZ2l0LmV4YW1wbGU+?=,<second@attack.example>", "")]
    [TestCase("<@attack.example,@any.example:admin@legit.example>", "")]
    [TestCase("<admin@legit.example>\\,<second@attack.example>", "")]
    [TestCase("<any@attack.example>admin@legit.example", "")]
    public async Task No_odd_From_passes_for_the_attacker(string from, string more)
    {
        var result = await VerifyAsync(From(from, more), Attacker, "helo.attack.example", "a@attack.example");
        Assert.That(result.Spf.Status, Is.EqualTo(SpfStatus.Pass));
        Assert.That(result.Dmarc.Status, Is.Not.EqualTo(DmarcStatus.Pass).And.Not.EqualTo(DmarcStatus.None));
    }

    [Attack("M9")]
    [TestCase(DnsStatus.ServFail)]
    [TestCase(DnsStatus.Timeout)]
    [TestCase(DnsStatus.Refused)]
    [TestCase(DnsStatus.Malformed)]
    public async Task A_hidden_policy_is_a_temporary_error(DnsStatus fault)
    {
        var dns = ZoneDnsResolver.Parse(Zone).WithFault("_dmarc.legit.example", DnsRecordType.TXT, fault);
        var result = await VerifyAsync(From("ceo@legit.example"), Attacker, "helo.attack.example", "a@attack.example", dns);
        Assert.That(result.Dmarc.Status, Is.EqualTo(DmarcStatus.TempError));
        Assert.That(result.IsTransient, Is.True);
    }

    [Test]
    public async Task Without_a_client_address_spf_is_none_and_says_so()
    {
        var result = await VerifyAsync(From("ceo@legit.example"), null, "mx.legit.example", "a@legit.example");
        Assert.That(result.Spf.Status, Is.EqualTo(SpfStatus.None));
        Assert.That(result.Spf.ReasonText, Is.Not.Empty);
        Assert.That(result.Dmarc.Status, Is.EqualTo(DmarcStatus.Fail));
    }

    [Test]
    public async Task A_header_block_over_a_limit_is_a_permanent_error_for_what_needs_it()
    {
        var message = From("a@legit.example", string.Concat(Enumerable.Repeat("X: y\r\n", 100_000)));
        var result = await VerifyAsync(message, Legitimate, "mx.legit.example", "a@legit.example");
        Assert.That(result.MessageDefect, Is.EqualTo(MessageDefect.HeaderBlockTooLong));
        Assert.That(result.DkimStatus, Is.EqualTo(DkimStatus.PermError));
        Assert.That(result.Dmarc.Status, Is.EqualTo(DmarcStatus.PermError));
    }

    [Pin("M9")]
    [TestCase(2_000, "X: y\r\n")]
    [TestCase(1, "X: {0}\r\n", 66_000)]
    [TestCase(300, "X: {0}\r\n", 900)]
    [TestCase(1, "{0}: y\r\n", 129)]
    public async Task A_broken_limit_is_no_way_around_the_policy_of_the_author_that_was_seen(int times, string field, int length = 0)
    {
        var more = string.Concat(Enumerable.Repeat(field.Replace("{0}", new string('a', length), StringComparison.Ordinal), times));
        foreach (var from in new[] { "ceo@legit.example", "\r\n ceo@legit.example" })
        {
            var result = await VerifyAsync(From(from, more), Attacker, "helo.attack.example", "a@attack.example");
            Assert.That(result.MessageDefect, Is.Not.EqualTo(MessageDefect.None));
            Assert.That(result.Dmarc.Status, Is.EqualTo(DmarcStatus.PermError));
            Assert.That(result.Dmarc.Disposition, Is.EqualTo(DmarcPolicy.Reject));
        }
    }

    [Pin("M9")]
    [Pin("M15")]
    [TestCase("ceo@legit .example")]
    [TestCase("ceo@legit. example")]
    [TestCase("ceo@legit\r\n .example")]
    [TestCase("ceo@mail.legit .example")]
    public async Task White_space_around_a_dot_does_not_hide_the_policy(string from)
    {
        var result = await VerifyAsync(From(from), Attacker, "helo.attack.example", "a@attack.example");
        Assert.That(result.Dmarc.Status, Is.EqualTo(DmarcStatus.PermError));
        Assert.That(result.Dmarc.Disposition, Is.EqualTo(DmarcPolicy.Reject));
        Assert.That(result.Dmarc.FromDomain!.ToString(), Does.EndWith("legit.example"));
    }

    private sealed class ThrowingResolver : IDnsResolver
    {
        public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("a secret path");
    }

    [Test]
    public async Task A_resolver_that_throws_is_a_temporary_error_that_tells_no_secret()
    {
        var result = await VerifyAsync(From("a@legit.example"), Legitimate, "mx.legit.example", "a@legit.example", new ThrowingResolver());
        Assert.That(result.Spf.Status, Is.EqualTo(SpfStatus.TempError));
        Assert.That(result.Dmarc.Status, Is.EqualTo(DmarcStatus.TempError));
        Assert.That(result.ToAuthenticationResults("mx.receiver.example").ToString(), Does.Not.Contain("secret"));
    }

    /// <summary>Never answers, and tells how many wait.</summary>
    private sealed class SilentResolver : IDnsResolver
    {
        private int _waiting;

        public int Waiting => Volatile.Read(ref _waiting);

        public async ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _waiting);
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref _waiting);
            }
            throw new InvalidOperationException();
        }
    }

    [Test]
    public async Task Cancellation_is_the_callers_and_leaves_nothing_running()
    {
        var dns = new SilentResolver();
        using var cancel = new CancellationTokenSource();
        var call = new EmailAuthenticator(dns).VerifyAsync(From("a@legit.example"), new SmtpSession(Legitimate, "mx.legit.example", "a@legit.example"), cancel.Token).AsTask();
        Assert.That(dns.Waiting, Is.GreaterThan(0));
        await cancel.CancelAsync();
        var exception = await Assert.CatchAsync<OperationCanceledException>(() => call);
        Assert.That(exception!.CancellationToken, Is.EqualTo(cancel.Token));
        Assert.That(() => dns.Waiting, Is.Zero.After(250, 5));
    }

    [Test]
    public async Task Silent_servers_end_in_temporary_errors_at_the_budget()
    {
        var options = new EmailAuthenticatorOptions { Limits = new EmailAuthLimits { Dns = new DnsLimits { MaxTimePerMessage = TimeSpan.FromMilliseconds(50) } } };
        var result = await new EmailAuthenticator(new SilentResolver(), options).VerifyAsync(From("a@legit.example"), new SmtpSession(Legitimate, "mx.legit.example", "a@legit.example"));
        Assert.That(result.Spf.Status, Is.EqualTo(SpfStatus.TempError));
        Assert.That(result.Dmarc.Status, Is.EqualTo(DmarcStatus.TempError));
    }

    /// <summary>Breaks in the middle, as a connection does that dies inside DATA.</summary>
    private sealed class BreakingStream(byte[] octets) : MemoryStream(octets)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position == Length ? throw new IOException("connection reset") : base.ReadAsync(buffer[..1], cancellationToken);
    }

    [Test]
    [Attack("P9")]
    public async Task A_stream_that_breaks_gives_its_error_and_no_verdict()
    {
        var dns = new SilentResolver();
        var message = EmailMessage.FromStream(new BreakingStream("From: a@legit.example\r\n\r\nbod"u8.ToArray()));
        await Assert.ThrowsAsync<IOException>(() => new EmailAuthenticator(dns).VerifyAsync(message, new SmtpSession(Legitimate, "mx.legit.example", "a@legit.example")).AsTask());
        Assert.That(() => dns.Waiting, Is.Zero.After(250, 5));
    }

    [Test]
    public async Task The_fields_to_prepend_and_to_remove_come_with_the_verdict()
    {
        var message = From("a@legit.example", "Authentication-Results: MX.receiver.example; dmarc=pass\r\nAuthentication-Results: other.example; dmarc=pass\r\n");
        var result = await VerifyAsync(message, Legitimate, "mx.legit.example", "a@legit.example");
        Assert.That(result.ForgedAuthenticationResults("mx.receiver.example"), Is.EqualTo(new[] { 2 }));
        Assert.That(result.ToAuthenticationResults("mx.receiver.example").Value, Does.StartWith("mx.receiver.example;").And.Contain("dmarc=pass header.from=legit.example"));
        Assert.That(result.ToReceivedSpf("mx.receiver.example").ToString(), Does.StartWith("Received-SPF: pass"));
    }

    [Test]
    public async Task Two_signatures_share_a_look_at_the_body_and_are_told_apart()
    {
        using var rsa = SigningKey.GenerateRsa(2048);
        using var ed25519 = SigningKey.GenerateEd25519();
        var domain = DomainName.Parse("legit.example");
        var dns = ZoneDnsResolver.Parse(Zone).Add(DkimKeyRecord.FromKey(rsa).ToMasterFile(domain, "r")).Add(DkimKeyRecord.FromKey(ed25519).ToMasterFile(domain, "e"));
        var octets = "From: a@legit.example\r\nSubject: x\r\n\r\nbody\r\n"u8.ToArray();
        var signers = new[] { ("r", rsa), ("e", ed25519) }.Select(pair => new DkimSigner(new DkimSignerOptions { Domain = domain, Selector = pair.Item1, Key = pair.Item2 }));
        var fields = await DkimSigner.SignAllAsync([.. signers], EmailMessage.FromBytes(octets));
        octets = [.. fields.SelectMany(field => field.RawOctets.ToArray()), .. octets];
        var result = await VerifyAsync(EmailMessage.FromBytes(octets), Attacker, "relay.example", "x@relay.example", dns);
        Assert.That(result.Dkim.Select(signature => signature.Status), Is.EqualTo(new[] { DkimStatus.Pass, DkimStatus.Pass }));
        Assert.That(result.Dmarc.DkimAligned, Is.True);
        Assert.That(result.Dmarc.Status, Is.EqualTo(DmarcStatus.Pass));
    }
}
