using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using EmailAuth.Arc;
using EmailAuth.AuthResults;
using EmailAuth.Dmarc;
using EmailAuth.Dns;

namespace EmailAuth.Hosting;

/// <summary>
/// <see cref="EmailAuthOptions"/> made into the library's own options, which know the bounds of each value; what cannot be used is told with its key, its
/// value, and what would be right.
/// </summary>
internal sealed class CheckedOptions
{
    private readonly string _path;
    private readonly List<string> _errors = [];

    private CheckedOptions(EmailAuthOptions options)
    {
        _path = PrefixOf(options);
        _errors.AddRange(options.Faults);
        ReadDns(options.Dns);
        ReadCache(options.Cache);
        ReadSharedCache(options.SharedCache, options.Dns.TrustsAuthenticatedData);
        ReadVerification(options.Verification, options.Dns);
        Try("AuthservId", options.AuthservId, static id => new AuthenticationResults(id, []));
    }

    /// <summary>Whom to ask; of no use with <see cref="Zone"/>.</summary>
    public DnsClientOptions Client { get; private set; } = DnsClientOptions.Default;

    /// <summary>What answers in the servers' stead; null for the servers.</summary>
    public ZoneDnsResolver? Zone { get; private set; }

    public DnsCacheOptions Cache { get; private set; } = DnsCacheOptions.Default;

    /// <summary>Null if there is no shared cache.</summary>
    public SharedDnsCacheOptions? SharedCache { get; private set; }

    public EmailAuthenticatorOptions Authenticator { get; private set; } = new();

    public IReadOnlyList<string> Errors => _errors;

    /// <summary>What stands before every key: the path of the section.</summary>
    public static string PrefixOf(EmailAuthOptions options) => options.Path.Length == 0 ? "" : options.Path + ":";

    public static CheckedOptions Of(EmailAuthOptions options) => new(options);

    private void ReadDns(EmailAuthDnsOptions dns)
    {
        var client = DnsClientOptions.Default with { TrustsAuthenticatedData = dns.TrustsAuthenticatedData };
        client = Set(client, "Dns:AttemptTimeLimit", dns.AttemptTimeLimit, static (to, value) => to with { AttemptTimeLimit = value });
        client = Set(client, "Dns:QueryTimeLimit", dns.QueryTimeLimit, static (to, value) => to with { QueryTimeLimit = value });
        client = Set(client, "Dns:Tries", dns.Tries, static (to, value) => to with { Tries = value });
        client = Set(client, "Dns:Transport", dns.Transport, static (to, value) =>
            Enum.IsDefined(value) ? to with { Transport = value } : throw new ArgumentException($"right would be {string.Join(", ", Enum.GetNames<DnsTransport>())}"));
        var servers = ImmutableArray.CreateBuilder<IPEndPoint>();
        for (var i = 0; i < dns.Servers.Count; i++)
        {
            if (DnsClientOptions.TryParseServer(dns.Servers[i], out var server))
                servers.Add(server);
            else
                Refuse($"Dns:Servers:{i}", dns.Servers[i], "right would be an IP address with or without a port, such as 127.0.0.1 or [2001:db8::1]:5353");
        }
        Client = client with { Servers = servers.ToImmutable() };
        Zone = Try("Dns:ZoneFile", dns.ZoneFile, static path => ZoneDnsResolver.Load(path));
    }

    private void ReadCache(EmailAuthCacheOptions cache)
    {
        var to = DnsCacheOptions.Default with { RefreshesAhead = cache.RefreshesAhead };
        to = Set(to, "Cache:MaxEntries", cache.MaxEntries, static (to, value) => to with { MaxEntries = value });
        to = Set(to, "Cache:MaxBytes", cache.MaxBytes, static (to, value) => to with { MaxBytes = value });
        to = Set(to, "Cache:MaxTimeToLive", cache.MaxTimeToLive, static (to, value) => to with { MaxTimeToLive = value });
        to = Set(to, "Cache:MaxNegativeTimeToLive", cache.MaxNegativeTimeToLive, static (to, value) => to with { MaxNegativeTimeToLive = value });
        to = Set(to, "Cache:FailureTimeToLive", cache.FailureTimeToLive, static (to, value) => to with { FailureTimeToLive = value });
        to = Set(to, "Cache:MaxFailureTimeToLive", cache.MaxFailureTimeToLive, static (to, value) => to with { MaxFailureTimeToLive = value });
        to = Set(to, "Cache:MaxStaleAge", cache.MaxStaleAge, static (to, value) => to with { MaxStaleAge = value });
        Cache = Set(to, "Cache:QueryTimeLimit", cache.QueryTimeLimit, static (to, value) => to with { QueryTimeLimit = value });
    }

    private void ReadSharedCache(EmailAuthSharedCacheOptions shared, bool trustsAuthenticatedData)
    {
        var to = SharedDnsCacheOptions.Default with { TrustsAuthenticatedData = trustsAuthenticatedData };
        to = Set(to, "SharedCache:LookupTimeLimit", shared.LookupTimeLimit, static (to, value) => to with { LookupTimeLimit = value });
        to = Set(to, "SharedCache:MaxBypassTime", shared.MaxBypassTime, static (to, value) => to with { MaxBypassTime = value });
        to = Try("SharedCache:KeyPrefix", shared.KeyPrefix, prefix => to with { KeyPrefix = prefix }) ?? to;
        if (shared.Secret is { } secret)
        {
            var octets = new byte[secret.Length];
            if (Convert.TryFromBase64String(secret, octets, out var length) && length >= SharedDnsCacheOptions.MinSecretOctets)
                to = to with { Secret = ImmutableArray.Create(octets.AsSpan(0, length)) };
            else
                Refuse("SharedCache:Secret", "(not shown)", "right would be base64 of 32 octets or more, as \"openssl rand -base64 32\" makes it");
        }
        SharedCache = shared.Enabled ? to : null;
    }

    private void ReadVerification(EmailAuthVerificationOptions verification, EmailAuthDnsOptions dns)
    {
        var to = new EmailAuthenticatorOptions();
        to = Set(to, "Verification:CheckHelo", verification.CheckHelo, static (to, value) => to with { CheckHelo = value });
        to = Set(to, "Verification:CheckReverseName", verification.CheckReverseName, static (to, value) => to with { CheckReverseName = value });
        to = Set(to, "Verification:KeepEvidence", verification.KeepEvidence, static (to, value) => to with { KeepEvidence = value });
        to = Set(to, "Verification:MinimumRsaKeyBits", verification.MinimumRsaKeyBits, static (to, value) =>
            to with { Dkim = to.Dkim with { MinimumRsaKeyBits = value }, Arc = to.Arc with { MinimumRsaKeyBits = value } });
        to = Try("Verification:ReceiverName", verification.ReceiverName, name => to with { Spf = to.Spf with { ReceiverName = name } }) ?? to;
        to = Set(to, "Verification:TimeLimit", verification.TimeLimit, static (to, value) => to with { TimeLimit = value });
        to = to with { Limits = to.Limits with { Dns = ReadDnsLimits(dns) } };
        if (Try("Verification:PublicSuffixListFile", verification.PublicSuffixListFile, static path => PublicSuffixList.FromFile(path)) is { } list)
            to = to with { Dmarc = to.Dmarc with { PublicSuffixes = list } };
        Authenticator = to with { TrustedSealers = new TrustedSealers(ReadSealers(verification.TrustedSealers)) };
    }

    private DnsLimits ReadDnsLimits(EmailAuthDnsOptions dns)
    {
        var to = Set(DnsLimits.Default, "Dns:MaxQueriesPerMessage", dns.MaxQueriesPerMessage, static (to, value) => to with { MaxQueriesPerMessage = value });
        to = Set(to, "Dns:MaxParallelQueriesPerMessage", dns.MaxParallelQueriesPerMessage, static (to, value) => to with { MaxParallelQueriesPerMessage = value });
        return Set(to, "Dns:MaxTimePerMessage", dns.MaxTimePerMessage, static (to, value) => to with { MaxTimePerMessage = value });
    }

    private ImmutableArray<TrustedSealer> ReadSealers(IList<TrustedSealerOptions> sealers)
    {
        var read = ImmutableArray.CreateBuilder<TrustedSealer>();
        for (var i = 0; i < sealers.Count; i++)
        {
            var key = $"Verification:TrustedSealers:{i}";
            // With a fault in its scope a sealer would be trusted for more than was meant; but then the host does not start.
            var recipients = ReadList($"{key}:RecipientDomains", sealers[i].RecipientDomains, ReadDomain);
            var sources = ReadList($"{key}:Sources", sealers[i].Sources, ReadNetwork);
            if (ReadDomain($"{key}:Domain", sealers[i].Domain ?? "") is { } domain)
                read.Add(new TrustedSealer(domain) { RecipientDomains = recipients, Sources = sources });
        }
        return read.ToImmutable();
    }

    private static ImmutableArray<T> ReadList<T>(string key, IList<string> values, Func<string, string, T?> read)
    {
        var list = ImmutableArray.CreateBuilder<T>(values.Count);
        for (var i = 0; i < values.Count; i++)
        {
            if (read($"{key}:{i}", values[i]) is { } value)
                list.Add(value);
        }
        return list.ToImmutable();
    }

    private DomainName? ReadDomain(string key, string value)
    {
        if (DomainName.TryParse(value, out var domain))
            return domain;
        Refuse(key, value, "right would be a domain name, such as lists.example.org");
        return null;
    }

    private IPNetwork ReadNetwork(string key, string value)
    {
        if (IPNetwork.TryParse(value, out var network))
            return network;
        Refuse(key, value, "right would be a network, such as 192.0.2.0/24 or 2001:db8::/32");
        return default;
    }

    // ---- One value ----

    /// <summary>Sets one value if there is one, and if the library takes it.</summary>
    private TOptions Set<TOptions, TValue>(TOptions options, string key, TValue? value, Func<TOptions, TValue, TOptions> set)
        where TOptions : class
        where TValue : struct
    {
        if (value is not { } given)
            return options;
        try
        {
            return set(options, given);
        }
        catch (ArgumentException exception)
        {
            Refuse(key, Convert.ToString(given, CultureInfo.InvariantCulture), Expectation(exception));
            return options;
        }
    }

    private T? Try<T>(string key, string? value, Func<string, T> make)
        where T : class
    {
        if (value is null)
            return null;
        try
        {
            return make(value);
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or UnauthorizedAccessException or FormatException or NotSupportedException or ZoneFileException)
        {
            Refuse(key, value, Expectation(exception));
            return null;
        }
    }

    private void Refuse(string key, string? value, string expectation) => _errors.Add($"{_path}{key} is \"{value}\": {expectation}.");

    /// <summary>What the library says of it, without what the error line says already.</summary>
    private static string Expectation(Exception exception)
    {
        var text = exception.Message;
        if (exception is ArgumentException { ParamName: not null } && text.IndexOf(" (Parameter ", StringComparison.Ordinal) is > 0 and var end)
            text = text[..end];
        if (exception is ArgumentOutOfRangeException && text.IndexOf("must be", StringComparison.Ordinal) is > 0 and var must)
            text = "it " + text[must..].Replace("'", "", StringComparison.Ordinal);
        return text.TrimEnd('.');
    }
}
