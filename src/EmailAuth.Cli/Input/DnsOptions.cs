using System.Collections.Immutable;
using System.Net;
using EmailAuth.Cli.CommandLine;
using EmailAuth.Cli.Output;
using EmailAuth.Dns;

namespace EmailAuth.Cli.Input;

/// <summary>The options of every verb that asks DNS, and the resolver and clock that they make.</summary>
internal sealed class DnsOptions : IDisposable
{
    private static readonly Option Zone = new("--zone", "FILE", "answer DNS from this master file (RFC 1035) only; no packet leaves the process", IsRepeatable: true);
    private static readonly Option Server = new("--dns", "HOST[:PORT]", "ask this server instead of the system's", IsRepeatable: true);
    private static readonly Option Fault = new("--dns-fault", "NAME[/TYPE]=KIND", "with --zone: make that query fail as servfail, timeout or refused", IsRepeatable: true);
    private static readonly Option Timeout = new("--dns-timeout", "SECONDS", "how long one query may take");
    private static readonly Option Time = new("--time", "UNIX|ISO8601", "evaluate as of this moment");

    public static readonly IReadOnlyList<Option> All = [Zone, Server, Fault, Timeout, Time];

    private readonly CachingDnsResolver _cache;

    private DnsOptions(CachingDnsResolver cache, TimeProvider clock)
    {
        _cache = cache;
        Clock = clock;
    }

    public IDnsResolver Resolver => _cache;

    public TimeProvider Clock { get; }

    /// <exception cref="CommandException">An option is wrong, or a zone file cannot be read.</exception>
    public static DnsOptions Read(Arguments arguments)
    {
        var clock = arguments.Value(Time) is { } moment ? new FixedTimeProvider(ValueReader.Time(Time, moment)) : TimeProvider.System;
        var limit = arguments.Value(Timeout) is { } seconds ? ValueReader.Seconds(Timeout, seconds, 0.01, 30) : (TimeSpan?)null;
        IDnsResolver resolver = arguments.Has(Zone) ? ReadZones(arguments) : AskServers(arguments, limit);
        // The resolver behind keeps the limit itself, and says what it waited for.
        var cache = limit is null ? DnsCacheOptions.Default : new DnsCacheOptions { QueryTimeLimit = limit.Value + TimeSpan.FromSeconds(1) };
        return new DnsOptions(new CachingDnsResolver(resolver, cache), clock);
    }

    public void Dispose() => _cache.Dispose();

    private static ZoneDnsResolver ReadZones(Arguments arguments)
    {
        if (arguments.Has(Server))
            throw new UsageException($"{Server.Name} and {Zone.Name} exclude each other: with {Zone.Name} no server is asked.");
        var resolver = new ZoneDnsResolver();
        foreach (var file in arguments.Values(Zone))
        {
            try
            {
                resolver.AddFile(file);
            }
            catch (ZoneFileException exception)
            {
                throw new InputException(exception.Message);
            }
            catch (Exception exception) when (MessageFile.IsUnreadable(exception))
            {
                throw MessageFile.Unreadable(file, exception);
            }
        }
        foreach (var fault in arguments.Values(Fault))
            AddFault(resolver, fault);
        return resolver;
    }

    private static void AddFault(ZoneDnsResolver resolver, string fault)
    {
        var sign = fault.LastIndexOf('=');
        if (sign < 0)
            throw new UsageException($"{Fault.Name}: {PlainText.Quoted(fault)} has no \"=\"; right would be example.com/TXT=servfail.");
        var status = ValueReader.Word(Fault.Name, fault[(sign + 1)..],
            ("servfail", DnsStatus.ServFail), ("timeout", DnsStatus.Timeout), ("refused", DnsStatus.Refused));
        var slash = fault.LastIndexOf('/', sign);
        var type = slash < 0 ? DnsRecordType.None : ValueReader.Word(Fault.Name, fault[(slash + 1)..sign],
            ("A", DnsRecordType.A), ("AAAA", DnsRecordType.AAAA), ("CNAME", DnsRecordType.CNAME), ("MX", DnsRecordType.MX), ("NS", DnsRecordType.NS),
            ("PTR", DnsRecordType.PTR), ("SOA", DnsRecordType.SOA), ("TXT", DnsRecordType.TXT), ("TLSA", DnsRecordType.TLSA));
        resolver.WithFault(ValueReader.Domain(Fault, fault[..(slash < 0 ? sign : slash)]).ToString(), type, status);
    }

    private static DnsClientResolver AskServers(Arguments arguments, TimeSpan? limit)
    {
        if (arguments.Has(Fault))
            throw new UsageException($"{Fault.Name} works with {Zone.Name} only; give the zone file, or leave {Fault.Name} out.");
        var servers = ImmutableArray.CreateBuilder<IPEndPoint>();
        foreach (var text in arguments.Values(Server))
        {
            servers.Add(DnsClientOptions.TryParseServer(text, out var server)
                ? server
                : throw new UsageException($"{Server.Name}: {PlainText.Quoted(text)} is no server; right would be an address such as 127.0.0.1, 192.0.2.53:5353 or [2001:db8::53]:53."));
        }
        var options = new DnsClientOptions { Servers = servers.DrainToImmutable() };
        if (limit is { } most)
            options = options with { QueryTimeLimit = most, AttemptTimeLimit = most < options.AttemptTimeLimit ? most : options.AttemptTimeLimit };
        return new DnsClientResolver(options);
    }
}
