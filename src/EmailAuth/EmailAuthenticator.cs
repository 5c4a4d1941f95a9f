using System.Collections.Immutable;
using System.Net;
using System.Runtime.InteropServices;
using EmailAuth.Arc;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Iprev;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Spf;
using EmailAuth.Syntax;

namespace EmailAuth;

/// <summary>
/// Tells who really sent a message: SPF (RFC 7208), DKIM (RFC 6376), ARC (RFC 8617) and DMARC (RFC 9989) by one call. Thread-safe; make one and keep it.
/// </summary>
/// <example><code>
/// using var dns = new CachingDnsResolver(new DnsClientResolver());
/// var authenticator = new EmailAuthenticator(dns);
/// var result = await authenticator.VerifyAsync(EmailMessage.FromStream(stream), new SmtpSession(address, helo, mailFrom));
/// if (result.Dmarc.Disposition == DmarcPolicy.Reject)
///     Console.WriteLine(result.Dmarc.ReasonText);
/// </code></example>
public sealed class EmailAuthenticator
{
    private static readonly Task<IprevResult?> NotChecked = Task.FromResult<IprevResult?>(null);

    private readonly IDnsResolver _resolver;
    private readonly EmailAuthenticatorOptions _options;
    private readonly SpfEvaluator _spf;
    private readonly DkimVerifier _dkim;
    private readonly ArcValidator _arc;
    private readonly DmarcEvaluator _dmarc;
    private readonly IprevEvaluator _iprev;
    private readonly DnsShares _shares;

    // What is kept from message to message, to be quick.
    private readonly DomainNames _names;
    private readonly KeptOctets _signedFieldTexts;
    private readonly HashFunctions _hashFunctions;

    // Of one that judges a single message and keeps what led to the verdict.
    private readonly EvidenceRecorder? _evidence;

    /// <param name="resolver">Answers every DNS question; put a <see cref="CachingDnsResolver"/> around what asks servers.</param>
    /// <param name="options">How to judge; null for the defaults.</param>
    public EmailAuthenticator(IDnsResolver resolver, EmailAuthenticatorOptions? options = null)
        : this(resolver, options ?? new EmailAuthenticatorOptions(), parent: null, evidence: null)
    {
    }

    private EmailAuthenticator(IDnsResolver resolver, EmailAuthenticatorOptions options, EmailAuthenticator? parent, EvidenceRecorder? evidence)
    {
        ArgumentNullException.ThrowIfNull(resolver);
        _resolver = resolver;
        _options = options;
        _evidence = evidence;
        _names = parent?._names ?? new DomainNames();
        _signedFieldTexts = parent?._signedFieldTexts ?? new KeptOctets();
        _hashFunctions = parent?._hashFunctions ?? new HashFunctions();
        var clock = _options.TimeProvider;
        var trace = evidence?.Trace;
        var limits = _options.Limits;
        _shares = DnsShares.Of(limits);
        _spf = new SpfEvaluator(resolver, _options.Spf with { TimeProvider = clock, Limits = limits.Spf, Names = _names, Traces = trace?.Spf });
        _dkim = new DkimVerifier(resolver, _options.Dkim with { TimeProvider = clock, Limits = limits.Dkim, Names = _names, SignedFieldTexts = _signedFieldTexts, Trace = trace?.Signatures });
        _arc = new ArcValidator(resolver, _options.Arc with { TimeProvider = clock, Limits = limits.Arc, AuthenticationResultsLimits = limits.AuthenticationResults, Trace = trace?.Signatures });
        _dmarc = new DmarcEvaluator(resolver, _options.Dmarc with { TimeProvider = clock, Limits = limits.Dmarc, Names = _names, Trace = trace?.Dmarc });
        _iprev = new IprevEvaluator(evidence?.ViewOfReverseNames ?? resolver, limits.Dns, clock, _options.TimeLimit, trace?.Iprev);
    }

    /// <summary>Judges one message. Bad mail and DNS failures are results; see <see cref="VerificationResult"/>.</summary>
    /// <param name="message">The message; its body is read once, to the end, and not kept.</param>
    /// <param name="session">What the SMTP conversation told.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="InvalidOperationException">The message came from a stream or pipe and was read before.</exception>
    /// <exception cref="IOException">The message's own stream failed; whatever it throws comes through.</exception>
    public ValueTask<VerificationResult> VerifyAsync(EmailMessage message, SmtpSession session, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(session);
        return VerdictWatch.IsWanted(_options) ? WatchAsync(message, session, cancellationToken) : StartAsync(message, session, cancellationToken);
    }

    private async ValueTask<VerificationResult> WatchAsync(EmailMessage message, SmtpSession session, CancellationToken cancellationToken)
    {
        var watch = new VerdictWatch(_options);
        try
        {
            var result = await StartAsync(message, session, cancellationToken).ConfigureAwait(false);
            watch.OnVerdict(session, result);
            return result;
        }
        catch (Exception exception)
        {
            watch.OnError(exception);
            throw;
        }
    }

    /// <summary>
    /// Begins to ask what SPF will need, as soon as MAIL FROM is known: while the message arrives the answers come into the cache, and
    /// <see cref="VerifyAsync"/> finds them there. It keeps nothing else, so it is of use only with a <see cref="CachingDnsResolver"/>, and costs as
    /// many look-ups as the check itself, also where the message never comes.
    /// </summary>
    /// <param name="session">What is known of the SMTP conversation.</param>
    /// <param name="cancellationToken">Ends it, for example when the client leaves.</param>
    /// <returns>
    /// A task that nobody need wait for. It ends when all is there, when <see cref="EmailAuthenticatorOptions.TimeLimit"/> or the DNS limits are used up, or
    /// when it is cancelled; in each case without an error.
    /// </returns>
    public Task Prefetch(SmtpSession session, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        return PrefetchAsync(session, cancellationToken);
    }

    private async Task PrefetchAsync(SmtpSession session, CancellationToken cancellationToken)
    {
        using var work = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var dns = new MessageDnsResolver(_resolver, _options.Limits.Dns, _options.TimeProvider, _options.TimeLimit);
        try
        {
            var iprev = CheckReverseNameAsync(session, work.Token);
            await CheckSpfAsync(dns.Share(_shares.Spf, "SPF"), session, work.Token).ConfigureAwait(false);
            await iprev.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // What has come is in the cache.
        }
        finally
        {
            await work.CancelAsync().ConfigureAwait(false);
        }
    }

    private ValueTask<VerificationResult> StartAsync(EmailMessage message, SmtpSession session, CancellationToken cancellationToken) =>
        _options.KeepEvidence || !_options.ShadowPolicies.IsEmpty ? KeepEvidenceAsync(message, session, cancellationToken) : ReadAndJudgeAsync(message, session, cancellationToken);

    /// <summary>Judges by an authenticator of the message's own, which shows one moment and is looked at.</summary>
    private async ValueTask<VerificationResult> KeepEvidenceAsync(EmailMessage message, SmtpSession session, CancellationToken cancellationToken)
    {
        var recorder = new EvidenceRecorder(_options);
        var judge = new EmailAuthenticator(_resolver, recorder.Options, this, recorder);
        var result = await judge.ReadAndJudgeAsync(message, session, cancellationToken).ConfigureAwait(false);
        var evidence = recorder.ToEvidence(session, result);
        result.Keep(evidence);
        if (!_options.ShadowPolicies.IsEmpty)
        {
            var shadows = await JudgeByShadowsAsync(evidence, result, _options.ShadowPolicies, cancellationToken).ConfigureAwait(false);
            foreach (var shadow in shadows)
                EmailAuthMetrics.Record(shadow);
            result.Keep(evidence with { Shadows = shadows });
        }
        return result;
    }

    /// <summary>What other policies make of the evidence of a verdict.</summary>
    internal static async ValueTask<ImmutableArray<ShadowVerdict>> JudgeByShadowsAsync(VerdictEvidence evidence, VerificationResult result, ImmutableArray<ShadowPolicy> policies, CancellationToken cancellationToken)
    {
        var members = VerdictMembers.Of(result);
        var shadows = ImmutableArray.CreateBuilder<ShadowVerdict>(policies.Length);
        foreach (var policy in policies)
        {
            var source = new EvidenceSource(evidence, mayShare: true);
            var verdict = await JudgeAgainAsync(evidence, policy.Options, source, cancellationToken).ConfigureAwait(false);
            shadows.Add(new ShadowVerdict(policy.Name, verdict, VerdictMembers.Compare(members, VerdictMembers.Of(verdict)), [.. source.Missing], source.LacksBodyHash));
        }
        return shadows.MoveToImmutable();
    }

    /// <summary>Judges a message by the evidence of an earlier verdict, which all answers come from.</summary>
    internal static async ValueTask<VerificationResult> JudgeAgainAsync(VerdictEvidence evidence, EmailAuthenticatorOptions options, EvidenceSource source, CancellationToken cancellationToken)
    {
        var recorder = new EvidenceRecorder(options, source);
        var judge = new EmailAuthenticator(source.Nobody, recorder.Options, parent: null, recorder);
        using var reader = source.Open();
        var result = await judge.JudgeAsync(reader, evidence.Session, cancellationToken).ConfigureAwait(false);
        result.Keep(recorder.ToEvidence(evidence.Session, result));
        return result;
    }

    private async ValueTask<VerificationResult> ReadAndJudgeAsync(EmailMessage message, SmtpSession session, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var reader = message.Open();
        // Whatever way this call ends, nothing that it began goes on.
        using var work = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            return await JudgeAsync(reader, session, work.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (exception.CancellationToken == work.Token && cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(exception.Message, exception, cancellationToken);
        }
        finally
        {
            await work.CancelAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<VerificationResult> JudgeAsync(MessageReader reader, SmtpSession session, CancellationToken cancellationToken)
    {
        using var dns = new MessageDnsResolver(_resolver, _options.Limits.Dns, _options.TimeProvider, _options.TimeLimit);

        // SPF needs the session only: its questions are on their way while the message is read, and so are the keys and the policy while the body is.
        var spfTask = CheckSpfAsync(dns.Share(_shares.Spf, "SPF"), session, cancellationToken);
        var iprevTask = CheckReverseNameAsync(session, cancellationToken);
        var header = await reader.ReadHeaderAsync(_options.Limits.Message, cancellationToken).ConfigureAwait(false);
        _evidence?.OnHeader(header);
        var authors = AuthorDomains.Read(header, _options.Limits.Dmarc, names: _names);
        var shares = _shares.With(authors.Domains.Length);
        using var bodyHashes = new BodyHashPlan(_options.Limits.Signatures, _hashFunctions);
        var signatures = _dkim.Begin(header, bodyHashes, Recorded(Asker.Dkim, dns.Share(shares.Dkim, "DKIM")), authors.Domains.AsSpan(), cancellationToken);
        var chain = ArcValidator.HasChain(header) ? _arc.Begin(header, bodyHashes, Recorded(Asker.Arc, dns.Share(shares.Arc, "ARC")), cancellationToken) : null;
        var policy = _dmarc.Start(authors, ViewOf(Asker.Dmarc, dns.Share(shares.Dmarc, "DMARC")), cancellationToken);
        if (dns.LooksAhead)
            policy.LookAhead(Candidates(session, signatures));
        await reader.ReadBodyAsync(bodyHashes, cancellationToken).ConfigureAwait(false);
        bodyHashes.Finish();
        _evidence?.OnBody(bodyHashes);

        var (spf, helo) = await spfTask.ConfigureAwait(false);
        var dkim = await signatures.CompleteAsync().ConfigureAwait(false);
        var arc = chain is null ? ArcResult.NoChain : await chain.CompleteAsync().ConfigureAwait(false);
        var dmarc = await _dmarc.EvaluateAsync(policy, Identifiers(spf, dkim), cancellationToken).ConfigureAwait(false);
        return new VerificationResult(session, header, spf, helo, dkim, arc, dmarc, Override(dmarc, arc, session), _evidence?.QueriesAsked(dns, shares) ?? dns.QueriesAsked, dns.QueriesAhead)
        {
            AuthenticationResultsLimits = _options.Limits.AuthenticationResults,
            Iprev = await iprevTask.ConfigureAwait(false),
        };
    }

    private IMessageDns ViewOf(Asker asker, IMessageDns dns) => _evidence?.ViewOf(asker, dns) ?? dns;

    private IDnsResolver Recorded(Asker asker, IMessageDns dns) => _evidence?.Recorded(asker, dns) ?? dns;

    private async ValueTask<(SpfResult MailFrom, SpfResult? Helo)> CheckSpfAsync(IMessageDns dns, SmtpSession session, CancellationToken cancellationToken)
    {
        if (session.ClientAddress is not { } client)
            return (SpfResult.NotChecked(session.Helo, session.MailFrom), null);
        var mailFromTask = _spf.CheckMailFromAsync(ViewOf(Asker.MailFrom, dns), client, session.Helo, session.MailFrom, cancellationToken);
        // The two checks wait at the same time, but ask one after the other: which of them meets a limit is not a matter of chance.
        var lookAhead = _options.CheckHelo && !mailFromTask.IsCompleted ? _spf.LookAheadForHelo(dns, client, session.Helo, cancellationToken) : null;
        var mailFrom = await mailFromTask.ConfigureAwait(false);
        // With a null reverse-path the MAIL FROM identity is made from HELO already (RFC 7208 §2.4).
        if (_options.CheckHelo && mailFrom.Scope == SpfScope.MailFrom)
            return (mailFrom, await _spf.CheckHeloAsync(ViewOf(Asker.Helo, dns), client, session.Helo, lookAhead, cancellationToken).ConfigureAwait(false));
        lookAhead?.End();
        return (mailFrom, null);
    }

    private Task<IprevResult?> CheckReverseNameAsync(SmtpSession session, CancellationToken cancellationToken) =>
        _options.CheckReverseName && session.ClientAddress is { } client ? CheckReverseNameAsync(client, cancellationToken) : NotChecked;

    private async Task<IprevResult?> CheckReverseNameAsync(IPAddress client, CancellationToken cancellationToken) =>
        await _iprev.CheckAsync(client, cancellationToken).ConfigureAwait(false);

    /// <summary>The identifiers that SPF and DKIM may authenticate, while it is not known yet whether they do.</summary>
    private static ImmutableArray<AuthenticatedIdentifier> Candidates(SmtpSession session, DkimVerification signatures)
    {
        var candidates = ImmutableArray.CreateBuilder<AuthenticatedIdentifier>();
        if (session.ClientAddress is not null && SpfIdentity.OfMailFrom(session.MailFrom, session.Helo).Domain is { } sender)
            candidates.Add(new AuthenticatedIdentifier(IdentifierMethod.Spf, sender, IdentifierOutcome.Pass));
        foreach (var domain in signatures.DomainsUnderWay)
            candidates.Add(new AuthenticatedIdentifier(IdentifierMethod.Dkim, domain, IdentifierOutcome.Pass));
        return candidates.DrainToImmutable();
    }

    /// <summary>What SPF and DKIM authenticated, in DMARC's words (RFC 9989 §4.4). The HELO result is not among them (S16).</summary>
    private static ImmutableArray<AuthenticatedIdentifier> Identifiers(SpfResult spf, ImmutableArray<DkimResult> dkim)
    {
        var spfDomain = spf.Status == SpfStatus.None ? null : spf.Domain;
        var count = spfDomain is null ? 0 : 1;
        foreach (var signature in dkim)
            count += signature.Domain is null ? 0 : 1;
        var identifiers = new AuthenticatedIdentifier[count];
        var next = 0;
        if (spfDomain is not null)
        {
            identifiers[next++] = new AuthenticatedIdentifier(IdentifierMethod.Spf, spfDomain, spf.Status switch
            {
                SpfStatus.Pass => IdentifierOutcome.Pass,
                SpfStatus.TempError => IdentifierOutcome.TempError,
                SpfStatus.None or SpfStatus.Neutral or SpfStatus.Fail or SpfStatus.SoftFail or SpfStatus.PermError => IdentifierOutcome.Fail,
            });
        }
        foreach (var signature in dkim)
        {
            if (signature.Domain is { } domain)
            {
                identifiers[next++] = new AuthenticatedIdentifier(IdentifierMethod.Dkim, domain, signature.Status switch
                {
                    DkimStatus.Pass => IdentifierOutcome.Pass,
                    DkimStatus.TempError => IdentifierOutcome.TempError,
                    DkimStatus.None or DkimStatus.Fail or DkimStatus.Policy or DkimStatus.Neutral or DkimStatus.PermError => IdentifierOutcome.Fail,
                });
            }
        }
        return ImmutableCollectionsMarshal.AsImmutableArray(identifiers);
    }

    /// <summary>Whether the operator's trusted sealers vouch for a message that DMARC fails (A3). DMARC's own result stays as it is.</summary>
    private ArcOverrideResult? Override(DmarcResult dmarc, ArcResult arc, SmtpSession session)
    {
        if (_options.TrustedSealers.Sealers.IsEmpty || dmarc is not { Status: DmarcStatus.Fail, FromDomain: { } author, AuthorDomains.Length: 1 })
            return null;
        return _options.TrustedSealers.Judge(arc, author, session.RecipientDomain, session.ClientAddress);
    }
}
