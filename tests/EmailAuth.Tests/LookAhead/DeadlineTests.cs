using System.Net;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Spf;
using EmailAuth.Tests.Dns;

namespace EmailAuth.Tests.LookAhead;

/// <summary>One deadline for a verdict: what is known by then stands, what is not is a temporary error that names its question, and nothing goes on.</summary>
public class DeadlineTests
{
    private static readonly SmtpSession Session = new(IPAddress.Parse("192.0.2.1"), "mx.example.com", "a@example.com");

    private static EmailAuthenticatorOptions Options(TimeProvider clock, double seconds = 45) => new()
    {
        TimeProvider = clock,
        TimeLimit = TimeSpan.FromSeconds(seconds),
        Limits = new EmailAuthLimits { Dns = new DnsLimits { MaxTimePerMessage = TimeSpan.FromMinutes(5) }, Spf = new SpfLimits { MaxTime = TimeSpan.FromMinutes(5) } },
    };

    /// <summary>Never answers one name, and tells whether somebody still waits for it.</summary>
    private sealed class HangingResolver(IDnsResolver inner, string name) : IDnsResolver
    {
        private int _open;

        public int Open => Volatile.Read(ref _open);

        public async ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
        {
            if (question.Name.ToString() != name)
                return await inner.QueryAsync(question, cancellationToken);
            Interlocked.Increment(ref _open);
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref _open);
            }
            throw new InvalidOperationException();
        }
    }

    [TestCase("example.com", SpfStatus.TempError, SpfStatus.Pass, "pass pass", DmarcStatus.Pass, false)]
    [TestCase("_spf.example.com", SpfStatus.TempError, SpfStatus.Pass, "pass pass", DmarcStatus.Pass, false)]
    [TestCase("_b.example.com", SpfStatus.TempError, SpfStatus.Pass, "pass pass", DmarcStatus.Pass, false)]
    [TestCase("mx.example.com", SpfStatus.Pass, SpfStatus.TempError, "pass pass", DmarcStatus.Pass, false)]
    [TestCase("r._domainkey.example.com", SpfStatus.Pass, SpfStatus.Pass, "temperror pass", DmarcStatus.Pass, false)]
    [TestCase("e._domainkey.mail.example.com", SpfStatus.Pass, SpfStatus.Pass, "pass temperror", DmarcStatus.Pass, false)]
    [TestCase("_dmarc.example.com", SpfStatus.Pass, SpfStatus.Pass, "pass pass", DmarcStatus.TempError, true)]
    [TestCase("_dmarc.com", SpfStatus.Pass, SpfStatus.Pass, "pass pass", DmarcStatus.Pass, false)]
    [TestCase("_dmarc.mail.example.com", SpfStatus.Pass, SpfStatus.Pass, "pass pass", DmarcStatus.Pass, false)]
    public async Task Whatever_name_hangs_the_others_stand(string name, SpfStatus spf, SpfStatus helo, string dkim, DmarcStatus dmarc, bool isTransient)
    {
        var mail = await SignedMail.MakeAsync();
        var clock = new ManualTimeProvider();
        var dns = new HangingResolver(mail.Zone, name);
        var call = new EmailAuthenticator(dns, Options(clock)).VerifyAsync(mail.Message, Session).AsTask();
        clock.Advance(44.9);
        Assert.That(call.IsCompleted, Is.False);
        clock.Advance(0.1);
        var result = await call.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(result.Spf.Status, Is.EqualTo(spf), result.Spf.ReasonText);
        Assert.That(result.Helo!.Status, Is.EqualTo(helo), result.Helo.ReasonText);
        Assert.That(string.Join(' ', result.Dkim.Select(signature => signature.Status.ToKeyword())), Is.EqualTo(dkim).Or.EqualTo(string.Join(' ', dkim.Split(' ').Reverse())));
        Assert.That((result.Dmarc.Status, result.IsTransient), Is.EqualTo((dmarc, isTransient)), result.Dmarc.ReasonText);
        var texts = string.Join('\n', [result.Spf.ReasonText, result.Helo.ReasonText, result.Dmarc.ReasonText, .. result.Dkim.Select(signature => signature.ReasonText), .. result.Dmarc.Identifiers.Select(alignment => alignment.Text)]);
        if (name != "_dmarc.com")
            Assert.That(texts, Does.Contain($"no answer by the deadline for {name} "));
        Assert.That(() => dns.Open, Is.Zero.After(2_000, 5));
    }

    [Test]
    public async Task With_everything_silent_each_method_says_what_it_waited_for()
    {
        var mail = await SignedMail.MakeAsync();
        var clock = new ManualTimeProvider();
        var dns = new RoundsDnsResolver(mail.Zone);
        var call = new EmailAuthenticator(dns, new EmailAuthenticatorOptions { TimeProvider = clock }).VerifyAsync(mail.Message, Session).AsTask();
        clock.Advance(20);
        clock.Advance(10);
        var result = await call.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That((result.Spf.Status, result.Helo!.Status, result.DkimStatus, result.Dmarc.Status, result.IsTransient),
            Is.EqualTo((SpfStatus.TempError, SpfStatus.TempError, DkimStatus.TempError, DmarcStatus.TempError, true)));
        Assert.That(result.Dmarc.ReasonText, Does.Contain("no answer by the deadline for _dmarc.example.com TXT"));
        Assert.That(() => dns.Open, Is.Zero.After(2_000, 5));
    }

    [TestCase("_b.example.com")]
    [TestCase("_dmarc.example.com")]
    public async Task A_shared_cache_is_left_with_no_question_that_nobody_waits_for(string name)
    {
        var mail = await SignedMail.MakeAsync();
        var clock = new ManualTimeProvider();
        var hanging = new HangingResolver(mail.Zone, name);
        using var cache = new CachingDnsResolver(hanging, new DnsCacheOptions { QueryTimeLimit = TimeSpan.FromMinutes(1) }, clock);
        var call = new EmailAuthenticator(cache, Options(clock)).VerifyAsync(mail.Message, Session).AsTask();
        Assert.That(() => hanging.Open, Is.EqualTo(1).After(10_000, 5));
        clock.Advance(45);
        await call.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(() => (hanging.Open, cache.QueriesUnderWay), Is.EqualTo((0, 0)).After(2_000, 5));
    }

    [Test]
    public async Task By_the_real_clock_too_the_call_ends_and_leaves_nothing()
    {
        var mail = await SignedMail.MakeAsync();
        var dns = new HangingResolver(mail.Zone, "_spf.example.com");
        var result = await new EmailAuthenticator(dns, Options(TimeProvider.System, 0.05)).VerifyAsync(mail.Message, Session).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That((result.Spf.Status, result.DkimStatus, result.Dmarc.Status), Is.EqualTo((SpfStatus.TempError, DkimStatus.Pass, DmarcStatus.Pass)));
        Assert.That(() => dns.Open, Is.Zero.After(2_000, 5));
    }

    [Test]
    public async Task Who_cancels_leaves_nothing_that_was_asked_ahead()
    {
        var mail = await SignedMail.MakeAsync();
        var dns = new RoundsDnsResolver(mail.Zone);
        using var cancel = new CancellationTokenSource();
        var call = new EmailAuthenticator(dns).VerifyAsync(mail.Message, Session, cancel.Token).AsTask();
        Assert.That(dns.Open, Is.EqualTo(6));
        await cancel.CancelAsync();
        var exception = await Assert.CatchAsync<OperationCanceledException>(() => call);
        Assert.That(exception!.CancellationToken, Is.EqualTo(cancel.Token));
        Assert.That(() => dns.Open, Is.Zero.After(2_000, 5));
    }

    /// <summary>A client whose last octet comes after the deadline.</summary>
    private sealed class SlowStream(byte[] octets, Action pass) : MemoryStream(octets)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position == Length)
                pass();
            return await base.ReadAsync(buffer[..Math.Min(buffer.Length, 4096)], cancellationToken);
        }
    }

    [Test]
    public async Task The_messages_own_time_is_the_callers_and_hides_nothing_that_a_cache_knows()
    {
        var mail = await SignedMail.MakeAsync();
        var clock = new ManualTimeProvider();
        using var cache = new CachingDnsResolver(mail.Zone, timeProvider: clock);
        var authenticator = new EmailAuthenticator(cache, Options(clock));
        await authenticator.VerifyAsync(mail.Message, Session);
        var late = false;
        var message = EmailMessage.FromStream(new SlowStream(mail.Octets.ToArray(), () =>
        {
            if (!late)
                clock.Advance(60);
            late = true;
        }));
        var result = await authenticator.VerifyAsync(message, Session);
        Assert.That(late, Is.True);
        Assert.That(result.Dkim.Select(signature => signature.Status), Is.All.EqualTo(DkimStatus.Pass));
        Assert.That((result.Spf.Status, result.Dmarc.Status, result.IsTransient), Is.EqualTo((SpfStatus.Pass, DmarcStatus.Pass, false)));
        Assert.That(result.Dmarc.Identifiers.Select(alignment => alignment.Outcome), Has.None.EqualTo(AlignmentOutcome.Unknown));
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(601)]
    public void A_time_limit_is_checked_when_it_is_set(int seconds) =>
        Assert.That(() => new EmailAuthenticatorOptions { TimeLimit = TimeSpan.FromSeconds(seconds) }, Throws.InstanceOf<ArgumentOutOfRangeException>());
}
