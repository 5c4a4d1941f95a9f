using System.Net;
using EmailAuth.Dns;

namespace EmailAuth.Spf;

/// <summary>
/// Checks whether a client may send for a domain: check_host() of RFC 7208 §4. Safe to use from many threads at once; one per process is enough.
/// </summary>
/// <remarks>
/// Nothing that a peer or a zone says makes it throw. It keeps no answers; a <see cref="CachingDnsResolver"/> does.
/// </remarks>
/// <example><code>
/// var spf = new SpfEvaluator(resolver);
/// var result = await spf.CheckMailFromAsync(IPAddress.Parse("192.0.2.1"), "mail.example.com", "user@example.com");
/// if (result.Status == SpfStatus.Fail)
///     Console.WriteLine(result.ReasonText);
/// </code></example>
public sealed class SpfEvaluator
{
    private readonly IDnsResolver _resolver;
    private readonly SpfOptions _options;
    private readonly DomainNames _names;
    private readonly DnsLimits _dnsLimits;
    private readonly DnsLimits _dnsLimitsInMessage;

    /// <summary>Makes an evaluator.</summary>
    /// <param name="resolver">Who answers its questions.</param>
    /// <param name="options">How to check; null for <see cref="SpfOptions.Default"/>.</param>
    public SpfEvaluator(IDnsResolver resolver, SpfOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(resolver);
        _resolver = resolver;
        _options = options ?? SpfOptions.Default;
        _names = _options.Names ?? new DomainNames();
        // RFC 7208 §4.6.4: the limit of time. The queries are counted where the verdict is made; the look-ups of an explanation come on top.
        _dnsLimits = new DnsLimits { MaxTimePerMessage = _options.Limits.MaxTime, MaxQueriesPerMessage = 1_000 };
        // What is asked ahead there is the message's.
        _dnsLimitsInMessage = _dnsLimits with { MaxQueriesAhead = 0 };
    }

    /// <summary>
    /// Checks the "MAIL FROM" identity (RFC 7208 §2.4). Where the reverse-path is null, that is <c>postmaster</c> at the HELO name, and the
    /// result's scope is <see cref="SpfScope.Helo"/>. A reverse-path that is no mailbox is <see cref="SpfStatus.None"/>; it never falls back to HELO.
    /// </summary>
    /// <param name="clientAddress">The address of the SMTP client. An IPv4-mapped IPv6 address is IPv4.</param>
    /// <param name="helo">The name given with HELO or EHLO, as it came.</param>
    /// <param name="mailFrom">The reverse-path as it came, with or without angle brackets; null, "" or "&lt;&gt;" for the null reverse-path.</param>
    /// <param name="cancellationToken">The caller gives up.</param>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public ValueTask<SpfResult> CheckMailFromAsync(IPAddress clientAddress, string helo, string? mailFrom, CancellationToken cancellationToken = default) =>
        CheckMailFromAsync(_resolver, clientAddress, helo, mailFrom, cancellationToken);

    /// <summary>Checks the "HELO" identity (RFC 7208 §2.3). It is a result of its own, never a stand-in for that of MAIL FROM.</summary>
    /// <param name="clientAddress">The address of the SMTP client. An IPv4-mapped IPv6 address is IPv4.</param>
    /// <param name="helo">The name given with HELO or EHLO, as it came.</param>
    /// <param name="cancellationToken">The caller gives up.</param>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public ValueTask<SpfResult> CheckHeloAsync(IPAddress clientAddress, string helo, CancellationToken cancellationToken = default) =>
        CheckHeloAsync(_resolver, clientAddress, helo, null, cancellationToken);

    /// <summary>The same with the view that one message has of DNS.</summary>
    internal ValueTask<SpfResult> CheckMailFromAsync(IDnsResolver resolver, IPAddress clientAddress, string helo, string? mailFrom, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(clientAddress);
        ArgumentNullException.ThrowIfNull(helo);
        return CheckHostAsync(resolver, new SpfClient(clientAddress), helo, SpfIdentity.OfMailFrom(mailFrom, helo, _names), null, cancellationToken);
    }

    /// <inheritdoc cref="CheckMailFromAsync(IDnsResolver, IPAddress, string, string?, CancellationToken)"/>
    /// <param name="resolver">The message's view.</param>
    /// <param name="clientAddress">The address of the SMTP client.</param>
    /// <param name="helo">The name given with HELO or EHLO.</param>
    /// <param name="lookAhead">What <see cref="LookAheadForHelo"/> began, if it did.</param>
    /// <param name="cancellationToken">The caller gives up.</param>
    internal ValueTask<SpfResult> CheckHeloAsync(IDnsResolver resolver, IPAddress clientAddress, string helo, SpfLookAhead? lookAhead, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(clientAddress);
        ArgumentNullException.ThrowIfNull(helo);
        return CheckHostAsync(resolver, new SpfClient(clientAddress), helo, SpfIdentity.OfHelo(helo, _names), lookAhead, cancellationToken);
    }

    /// <summary>Asks for what the HELO identity needs while MAIL FROM is being checked, so that its own check, which comes after, finds it there.</summary>
    internal SpfLookAhead? LookAheadForHelo(IMessageDns dns, IPAddress clientAddress, string helo, CancellationToken cancellationToken) =>
        SpfLookAhead.Begin(dns, _options, new SpfClient(clientAddress), helo, SpfIdentity.OfHelo(helo, _names), cancellationToken);

    /// <summary>Runs the evaluation to its end without a task as long as the answers are at hand, which those of a warm cache are.</summary>
    private ValueTask<SpfResult> CheckHostAsync(IDnsResolver resolver, in SpfClient client, string helo, in SpfIdentity sender, SpfLookAhead? lookAhead, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<SpfResult>(cancellationToken);
        var message = resolver as IMessageDns;
        var started = _options.TimeProvider.GetTimestamp();
        // Made with the first question that no cache answers.
        MessageDnsResolver? dns = null;
        var evaluation = new SpfEvaluation(_options, started, client, helo, sender, SpfTrace.Begin(_options.Traces));
        try
        {
            while (evaluation.MoveNext(out var question))
            {
                if (dns is null)
                {
                    if ((message is null ? (resolver as CachingDnsResolver)?.AtHand(question) : message.AtHand(question)) is { } known)
                    {
                        evaluation.Accept(known);
                        continue;
                    }
                    dns = new MessageDnsResolver(resolver, message is null ? _dnsLimits : _dnsLimitsInMessage, _options.TimeProvider, started: started) { TimeLimitName = "Spf.MaxTime" };
                }
                var query = dns.QueryAsync(question, cancellationToken);
                if (!query.IsCompletedSuccessfully)
                {
                    lookAhead ??= SpfLookAhead.Begin(message ?? dns, _options, client, helo, sender, cancellationToken);
                    return WaitAsync(evaluation, dns, query, lookAhead, cancellationToken);
                }
                evaluation.Accept(query.Result);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<SpfResult>(cancellationToken);
        }
        lookAhead?.End();
        return new ValueTask<SpfResult>(evaluation.ToResult());
    }

    private static async ValueTask<SpfResult> WaitAsync(
        SpfEvaluation evaluation, MessageDnsResolver dns, ValueTask<DnsAnswer> query, SpfLookAhead? lookAhead, CancellationToken cancellationToken)
    {
        using var _ = dns;
        evaluation.Accept(await query.ConfigureAwait(false));
        while (evaluation.MoveNext(out var question))
            evaluation.Accept(await dns.QueryAsync(question, cancellationToken).ConfigureAwait(false));
        lookAhead?.End();
        return evaluation.ToResult();
    }
}
