using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using EmailAuth.Dns;

namespace EmailAuth.Iprev;

/// <summary>
/// Checks that the address of an SMTP client and its name lead to each other: "iprev" of RFC 8601 §3. It says that the address was set up with care,
/// and nothing about who sends. Safe to use from many threads at once.
/// </summary>
/// <example><code>
/// var result = await new IprevEvaluator(resolver).CheckAsync(IPAddress.Parse("192.0.2.1"));
/// if (result.Status == IprevStatus.Pass)
///     Console.WriteLine(result.Name);
/// </code></example>
public sealed class IprevEvaluator
{
    /// <summary>
    /// The most names whose addresses are asked for. RFC 8601 §3: "the number of names evaluated … is limited", with the ten of RFC 7208 §4.6.4 as its
    /// example.
    /// </summary>
    public const int MaxNames = 10;

    private readonly IDnsResolver _resolver;
    private readonly DnsLimits _limits;
    private readonly TimeProvider _time;
    private readonly TimeSpan? _timeLimit;
    private readonly List<DnsRecordedAnswer>? _trace;

    /// <param name="resolver">Whom to ask.</param>
    /// <param name="limits">How much a check may ask of DNS; null for the defaults. Asking ahead does not come into it.</param>
    /// <param name="timeProvider">The clock of the limits; null for the system's.</param>
    public IprevEvaluator(IDnsResolver resolver, DnsLimits? limits = null, TimeProvider? timeProvider = null)
        : this(resolver, limits ?? DnsLimits.Default, timeProvider ?? TimeProvider.System, timeLimit: null, trace: null)
    {
    }

    /// <summary>For a part of a verdict, with that verdict's time limit, and a list that takes what is asked where somebody wants to know.</summary>
    internal IprevEvaluator(IDnsResolver resolver, DnsLimits limits, TimeProvider timeProvider, TimeSpan? timeLimit, List<DnsRecordedAnswer>? trace)
    {
        ArgumentNullException.ThrowIfNull(resolver);
        _resolver = resolver;
        _limits = limits with { MaxQueriesAhead = 0 };
        _time = timeProvider;
        _timeLimit = timeLimit;
        _trace = trace;
    }

    /// <summary>Checks one address.</summary>
    /// <param name="clientAddress">The address of the SMTP client. An IPv4-mapped IPv6 address is IPv4.</param>
    /// <param name="cancellationToken">The caller gives up.</param>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async ValueTask<IprevResult> CheckAsync(IPAddress clientAddress, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(clientAddress);
        var address = WithoutScope(clientAddress.IsIPv4MappedToIPv6 ? clientAddress.MapToIPv4() : clientAddress);
        using var work = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var dns = new MessageDnsResolver(_resolver, _limits, _time, _timeLimit);
        try
        {
            return await CheckAsync(dns, address, work.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(exception.Message, exception, cancellationToken);
        }
        finally
        {
            // A name may be confirmed while others are still looked up.
            await work.CancelAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<IprevResult> CheckAsync(MessageDnsResolver dns, IPAddress address, CancellationToken cancellationToken)
    {
        var names = ImmutableArray<DomainName>.Empty;
        var reverseName = ReverseName.Of(address);
        var reverse = await dns.QueryAsync(new DnsQuestion(reverseName, DnsRecordType.PTR), cancellationToken).ConfigureAwait(false);
        Record(reverseName, DnsRecordType.PTR, reverse);
        if (reverse.Status.IsTransient())
            return Result(IprevStatus.TempError, IprevReason.ReverseLookupFailed, $"the PTR records of {reverseName} could not be looked up: {How(reverse)}");
        if (reverse.Status != DnsStatus.NoError)
            return Result(IprevStatus.PermError, IprevReason.NoReverseName, $"{address} has no name: there is no PTR record at {reverseName}");
        names = NamesOf(reverse);
        if (names.IsEmpty)
            return Result(IprevStatus.PermError, IprevReason.MalformedReverseName, $"{address} has no name of a host: the PTR records at {reverseName} hold something else");

        // RFC 8601 §3: "a name-to-number translation". All at once: they do not depend on each other.
        var type = address.AddressFamily == AddressFamily.InterNetwork ? DnsRecordType.A : DnsRecordType.AAAA;
        var queries = new Task<DnsAnswer>[names.Length];
        for (var i = 0; i < queries.Length; i++)
            queries[i] = dns.QueryAsync(new DnsQuestion(names[i], type), cancellationToken).AsTask();
        string? failure = null;
        for (var i = 0; i < queries.Length; i++)
        {
            var answer = await queries[i].ConfigureAwait(false);
            Record(names[i], type, answer);
            if (Holds(answer, address))
            {
                // They were asked, and nobody waits for them.
                for (var j = i + 1; j < names.Length; j++)
                    Record(names[j], type, DnsAnswer.Failed(DnsStatus.OverBudget, "not waited for, as another name is confirmed"));
                return Result(IprevStatus.Pass, IprevReason.Confirmed, $"{address} has the name {names[i]}, which has that address", names[i]);
            }
            if (answer.Status.IsTransient())
                failure ??= $"the {type} records of {names[i]} could not be looked up: {How(answer)}";
        }
        return failure is not null
            ? Result(IprevStatus.TempError, IprevReason.ForwardLookupFailed, failure)
            : Result(IprevStatus.Fail, IprevReason.NotConfirmed, names.Length == 1
                ? $"{address} has the name {names[0]}, which does not have that address"
                : $"{address} has {names.Length} names, {names[0]} among them, and none has that address");

        IprevResult Result(IprevStatus status, IprevReason reason, string text, DomainName? name = null) => new(address, status, reason, text)
        {
            Name = name,
            NamesTried = names,
            DnsQueries = dns.QueriesAsked,
        };
    }

    private void Record(DomainName name, DnsRecordType type, DnsAnswer answer) =>
        _trace?.Add(new DnsRecordedAnswer(new DnsQuestion(name, type), answer));

    /// <summary>The different names of hosts, up to the limit. What is no host name is passed over: it is the client's own zone that says it.</summary>
    private static ImmutableArray<DomainName> NamesOf(DnsAnswer answer)
    {
        var names = ImmutableArray.CreateBuilder<DomainName>(1);
        foreach (var record in answer.Records)
        {
            if (names.Count < MaxNames && record is PtrRecord { Target: { IsHostName: true, LabelCount: > 0 } name } && !names.Contains(name))
                names.Add(name);
        }
        return names.DrainToImmutable();
    }

    private static bool Holds(DnsAnswer answer, IPAddress address)
    {
        foreach (var record in answer.Records)
        {
            if (record is AddressRecord found && found.Address.Equals(address))
                return true;
        }
        return false;
    }

    private static string How(DnsAnswer answer) => answer.Detail ?? answer.Status.ToString();

    /// <summary>The zone of a link-local address is the receiver's, and no part of what DNS knows.</summary>
    private static IPAddress WithoutScope(IPAddress address) =>
        address is { AddressFamily: AddressFamily.InterNetworkV6, ScopeId: not 0 } ? new IPAddress(address.GetAddressBytes()) : address;
}
