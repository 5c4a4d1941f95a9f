using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using DnsClient;
using EmailAuth.Syntax;

namespace EmailAuth.Dns;

/// <summary>
/// Asks recursive DNS servers, with the DnsClient package as transport. Put a <see cref="CachingDnsResolver"/> in front of it: this class
/// keeps nothing.
/// </summary>
/// <remarks>
/// <para><b>Run a validating resolver on this host</b> (unbound, knot-resolver, BIND, systemd-resolved) and name it here: every verdict hangs on what the
/// server says. Servers on loopback are asked over UDP, all others over TCP, so that nobody off the path can forge an answer;
/// <see cref="DnsClientOptions.Transport"/> changes that. There is no fallback to any public server.</para>
/// <para>An answer counts only if it is a complete response to the very question; its records only if their owner is the name asked or one that its
/// CNAME records (at most 8) lead to. A server that is silent, fails or refuses is followed by the next one; "no such name" and "no such record" are
/// answers and are believed. What the transport throws becomes an answer. TXT records are exact octets.</para>
/// <para><b>Limits of the transport</b>, harmless as long as the server is honest, as a recursive resolver builds its own messages: it takes a datagram from
/// any sender that has the right number (hence UDP on loopback only); one with a wrong number ends the try (the next try uses TCP); a name in a
/// message from the server may be compressed out of the message's bounds, or grow beyond 255 octets while it is read, which costs memory before
/// it is refused here (gigabytes for one message of 64 KiB); over TCP, a length prefix that arrives in two parts is misread, and a server that sends
/// without end is read until the time limit; a connection that is not answered lives until the system gives it up (at most 64 at a time, then one try a
/// second); a dot inside a label of a target reads as the end of the label; a name with a label that begins with "xn--" and is no punycode cannot be
/// asked for and is <see cref="DnsStatus.Malformed"/>. Whoever cannot trust the server on that must not use it.</para>
/// <para>At most 256 questions of the process are under way at the same time and 4,096 wait; beyond that, an answer is
/// <see cref="DnsStatus.OverBudget"/>. What is counted stands at <see cref="DnsMetrics"/>.</para>
/// </remarks>
public sealed class DnsClientResolver : IDnsResolver
{
    // DNS flag day 2020: the largest datagram that is not cut into fragments on any usual path.
    private const int LargestDatagram = 1232;
    private const int DnsPort = 53;

    private readonly DnsClientOptions _options;
    private readonly TimeProvider _time;
    private readonly DnsQueryGate _gate;
    private readonly ImmutableArray<DnsClientServer> _servers;
    private readonly LookupClient _client;
    private readonly DnsQueryOptions _udp;
    private readonly DnsQueryOptions _tcp;

    /// <summary>Makes a resolver.</summary>
    /// <param name="options">Servers, transport and times; null for the defaults: the servers that the system names.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    public DnsClientResolver(DnsClientOptions? options = null, TimeProvider? timeProvider = null)
        : this(options, timeProvider, DnsQueryGate.OfProcess)
    {
    }

    internal DnsClientResolver(DnsClientOptions? options, TimeProvider? timeProvider, DnsQueryGate gate)
    {
        _options = options ?? DnsClientOptions.Default;
        _time = timeProvider ?? TimeProvider.System;
        _gate = gate;
        Servers = _options.Servers is { Length: > 0 } named ? named : ServersOfTheSystem();
        _servers = [.. Servers.Select(endPoint => new DnsClientServer(endPoint, _options.Transport, _time))];
        _client = new LookupClient(new LookupClientOptions([.. Servers.Select(endPoint => new NameServer(endPoint))])
        {
            AutoResolveNameServers = false,
            UseCache = false,
            CacheFailedResults = false,
        });
        _udp = TransportOptions(useTcpOnly: false);
        _tcp = TransportOptions(useTcpOnly: true);
    }

    /// <summary>The servers, in order of preference.</summary>
    public ImmutableArray<IPEndPoint> Servers { get; }

    private static ImmutableArray<IPEndPoint> ServersOfTheSystem()
    {
        var found = ImmutableArray.CreateBuilder<IPEndPoint>();
        foreach (var server in NameServer.ResolveNameServers(skipIPv6SiteLocal: true, fallbackToGooglePublicDns: false))
        {
            // A link-local address has its interface behind a percent sign.
            var parts = server.Address.Split('%');
            if (!IpAddressText.TryParse(parts[0], out var address))
                continue;
            if (parts.Length == 2 && uint.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var scope))
                address.ScopeId = scope;
            found.Add(new IPEndPoint(address, server.Port));
        }
        // resolv.conf(5): where no server is named, it is the one on this host.
        return found.Count > 0 ? found.ToImmutable() : [new IPEndPoint(IPAddress.Loopback, DnsPort)];
    }

    private DnsQueryOptions TransportOptions(bool useTcpOnly) => new()
    {
        UseCache = false,
        CacheFailedResults = false,
        ThrowDnsErrors = false,
        ContinueOnDnsError = false,
        ContinueOnEmptyResponse = false,
        EnableAuditTrail = false,
        UseRandomNameServer = false,
        Recursion = true,
        Retries = 0,
        Timeout = _options.AttemptTimeLimit,
        UseTcpFallback = true,
        UseTcpOnly = useTcpOnly,
        ExtendedDnsBufferSize = LargestDatagram,
        // RFC 6840 §5.7: a server shows AD to those who ask for DNSSEC.
        RequestDnsSecRecords = _options.TrustsAuthenticatedData,
    };

    /// <inheritdoc/>
    public async ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ArgumentNullException.ThrowIfNull(question.Name, nameof(question));
        var started = DnsMetrics.Begin(_time);
        DnsAnswer? answer = null;
        try
        {
            answer = await AskWithinLimitsAsync(question, cancellationToken).ConfigureAwait(false);
            return answer;
        }
        finally
        {
            DnsMetrics.Ended(started, question, answer?.Status, _time);
        }
    }

    private async ValueTask<DnsAnswer> AskWithinLimitsAsync(DnsQuestion question, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_options.QueryTimeLimit, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            if (!await _gate.TryEnterAsync(both.Token).ConfigureAwait(false))
                return DnsAnswer.Failed(DnsStatus.OverBudget, $"the process has {_gate.Bounds}");
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return DnsAnswer.Failed(DnsStatus.OverBudget, $"the process has {_gate.Bounds}, and none ended within {_options.QueryTimeLimit.TotalSeconds:0.###} s");
        }
        try
        {
            var answer = await ResolveAsync(question, both.Token).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            return answer;
        }
        finally
        {
            _gate.Leave();
        }
    }

    /// <summary>Asks until the chain of aliases has an end.</summary>
    private async ValueTask<DnsAnswer> ResolveAsync(DnsQuestion question, CancellationToken token)
    {
        var name = question.Name;
        var aliases = 0;
        var timeToLive = TimeSpan.MaxValue;
        var isAuthenticated = _options.TrustsAuthenticatedData;
        while (true)
        {
            var (reply, server) = await AskServersAsync(new DnsQuestion(name, question.Type), token).ConfigureAwait(false);
            aliases += reply.Aliases;
            if (aliases > DnsClientReply.LongestAliasChain)
                reply = DnsClientReply.TooManyAliases(question);
            if (reply.Status.IsTransient())
                return DnsAnswer.Received(reply.Status, [], TimeSpan.Zero, _time.GetUtcNow(), server, detail: reply.Detail);
            timeToLive = reply.TimeToLive < timeToLive ? reply.TimeToLive : timeToLive;
            isAuthenticated &= reply.IsAuthenticated;
            if (reply.Next is null)
                return DnsAnswer.Received(reply.Status, reply.Records, timeToLive, _time.GetUtcNow(), server, isAuthenticated);
            name = reply.Next;
        }
    }

    // ---- Servers in turn ----

    /// <summary>The first answer that is one; else the failure that tells most.</summary>
    private async ValueTask<(DnsClientReply Reply, string? Server)> AskServersAsync(DnsQuestion question, CancellationToken token)
    {
        (DnsClientReply Reply, string? Server) failure = (DnsClientReply.Failed(DnsStatus.Timeout, "no server answers"), null);
        var order = InOrder();
        // Bits of servers that said no: asking them again would bring the same.
        var refused = new bool[order.Length];
        var garbled = new bool[order.Length];
        for (var round = 0; round < _options.Tries; round++)
        {
            for (var i = 0; i < order.Length && !token.IsCancellationRequested; i++)
            {
                if (refused[i] || !order[i].MayBeAsked())
                    continue;
                var reply = await AskAsync(order[i], question, order[i].UsesTcp || garbled[i], token).ConfigureAwait(false);
                if (!reply.Status.IsTransient())
                    return (reply, order[i].Text);
                refused[i] = reply.Status is DnsStatus.ServFail or DnsStatus.Refused;
                // Over UDP it may have been a forger's; nobody forges over TCP.
                garbled[i] = reply.Status == DnsStatus.Malformed;
                if (failure.Server is null || Tells(reply.Status) > Tells(failure.Reply.Status))
                    failure = (reply, order[i].Text);
            }
        }
        return failure;

        static int Tells(DnsStatus status) => status switch { DnsStatus.ServFail => 3, DnsStatus.Refused => 2, DnsStatus.Malformed => 1, _ => 0 };
    }

    /// <summary>As configured, but those that were silent a moment ago last.</summary>
    private ImmutableArray<DnsClientServer> InOrder()
    {
        if (_servers.Length == 1 || !_servers[0].IsSilent)
            return _servers;
        return [.. _servers.OrderBy(static server => server.IsSilent)];
    }

    private async ValueTask<DnsClientReply> AskAsync(DnsClientServer server, DnsQuestion question, bool useTcp, CancellationToken token)
    {
        using var limit = new CancellationTokenSource(_options.AttemptTimeLimit, _time);
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(token, limit.Token);
        Task<IDnsQueryResponse>? query = null;
        try
        {
            query = _client.QueryServerAsync(server.AsList, ToTransport(question), useTcp ? _tcp : _udp, attempt.Token);
            // The transport does not look at its token everywhere.
            var message = await query.WaitAsync(attempt.Token).ConfigureAwait(false);
            server.Answered();
            return DnsClientReply.Read(message, question, _options.MaxRecords);
        }
#pragma warning disable CA1031 // The transport throws for what a server sends; whatever it is, the message gets its verdict.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (query is not null)
                server.Abandon(query);
            return Failure(server, exception, attempt.IsCancellationRequested);
        }
    }

    private static DnsClientReply Failure(DnsClientServer server, Exception exception, bool isOver)
    {
        var isSilence = isOver;
        for (var cause = exception; cause is not null && !isSilence; cause = cause.InnerException)
            isSilence = cause is OperationCanceledException or TimeoutException or SocketException or IOException;
        if (!isSilence)
            return DnsClientReply.Malformed($"the transport could not read the question or the response ({exception.GetType().Name})");
        server.StayedSilent();
        return DnsClientReply.Failed(DnsStatus.Timeout, isOver ? "the server did not answer in time" : "no connection to the server");
    }

    private static global::DnsClient.DnsQuestion ToTransport(DnsQuestion question) =>
        new(question.Name.LabelCount == 0 ? "." : Encoding.Latin1.GetString(question.Name.Octets) + ".", (QueryType)(int)question.Type, QueryClass.IN);
}
