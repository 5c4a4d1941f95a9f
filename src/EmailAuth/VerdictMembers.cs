using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using EmailAuth.Arc;
using EmailAuth.AuthResults;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Iprev;
using EmailAuth.Spf;

namespace EmailAuth;

/// <summary>One member of a verdict, as text.</summary>
/// <param name="Path">Which one, such as <c>dkim[0].status</c>.</param>
/// <param name="Value">Its value.</param>
internal readonly record struct VerdictMember(string Path, string Value)
{
    /// <summary>Whether it is a word of the program, a truth, a number, a time, a domain or an IP address; else it may quote what peers and messages say.</summary>
    public bool IsClosed { get; init; }
}

/// <summary>All that a verdict says, member by member in a fixed order, to compare one with another. Members that are null are left out, and the two
/// counts that depend on how long answers take (<see cref="VerificationResult.DnsQueriesAhead"/>).</summary>
internal sealed class VerdictMembers
{
    private readonly ImmutableArray<VerdictMember>.Builder _members = ImmutableArray.CreateBuilder<VerdictMember>();
    private string _at = "";

    private VerdictMembers()
    {
    }

    public static ImmutableArray<VerdictMember> Of(VerificationResult result)
    {
        var members = new VerdictMembers();
        members.Add(result);
        return members._members.DrainToImmutable();
    }

    /// <summary>Where two verdicts differ.</summary>
    public static ImmutableArray<VerdictDifference> Compare(ImmutableArray<VerdictMember> before, ImmutableArray<VerdictMember> now)
    {
        var left = Index(before);
        var right = Index(now);
        var differences = ImmutableArray.CreateBuilder<VerdictDifference>();
        foreach (var (path, value) in before)
        {
            if (!right.TryGetValue(path, out var other) || other != value)
                differences.Add(new VerdictDifference(path, value, other));
        }
        foreach (var (path, value) in now)
        {
            if (!left.ContainsKey(path))
                differences.Add(new VerdictDifference(path, null, value));
        }
        return differences.DrainToImmutable();
    }

    private static Dictionary<string, string> Index(ImmutableArray<VerdictMember> members)
    {
        var index = new Dictionary<string, string>(members.Length, StringComparer.Ordinal);
        foreach (var (path, value) in members)
            index[path] = value;
        return index;
    }

    // ---- What there is ----

    private void Add(VerificationResult result)
    {
        Add("messageDefect", result.MessageDefect);
        Add("dkimStatus", result.DkimStatus);
        Add("isTransient", result.IsTransient);
        Add("dnsQueries", result.DnsQueries);
        Within("spf", () => Add(result.Spf));
        if (result.Helo is { } helo)
            Within("helo", () => Add(helo));
        Each("dkim", result.Dkim, Add);
        Within("arc", () => Add(result.Arc));
        Within("dmarc", () => Add(result.Dmarc));
        if (result.ArcOverride is { } arcOverride)
            Within("arcOverride", () => Add(arcOverride));
        if (result.Iprev is { } iprev)
            Within("iprev", () => Add(iprev));
    }

    private void Add(SpfResult spf)
    {
        Add("status", spf.Status);
        Add("reason", spf.Reason);
        Add("reasonText", spf.ReasonText);
        Add("scope", spf.Scope);
        Add("domain", spf.Domain);
        Add("identity", spf.Identity);
        Add("helo", spf.Helo);
        Add("clientAddress", spf.ClientAddress);
        Add("mechanism", spf.Mechanism);
        Add("includePath", spf.IncludePath);
        Add("matchedPrefixLength", spf.MatchedPrefixLength);
        Add("explanation", spf.Explanation);
        Add("dnsLookups", spf.DnsLookups);
        Add("voidLookups", spf.VoidLookups);
        Add("dnsQueries", spf.DnsQueries);
        Add("timeToLive", spf.TimeToLive);
        Add("dependsOnSender", spf.DependsOnSender);
        Add("isTransient", spf.IsTransient);
    }

    private void Add(DkimResult dkim)
    {
        Add("status", dkim.Status);
        Add("reason", dkim.Reason);
        Add("reasonText", dkim.ReasonText);
        Add("fieldIndex", dkim.FieldIndex);
        Add("domain", dkim.Domain);
        Add("selector", dkim.Selector);
        Add("identity", dkim.Identity);
        Add("identityDomain", dkim.IdentityDomain);
        Add("algorithm", dkim.Algorithm);
        Add("keyBits", dkim.KeyBits);
        Add("bodyHashMatches", dkim.BodyHashMatches);
        Add("headerHashMatches", dkim.HeaderHashMatches);
        Add("bodyLength", dkim.BodyLength);
        Add("isBodyLengthLimited", dkim.IsBodyLengthLimited);
        Add("isTesting", dkim.IsTesting);
        Add("hasMultipleKeys", dkim.HasMultipleKeys);
        Add("signedFields", dkim.SignedFields);
        Add("unsignedDuplicates", dkim.UnsignedDuplicates);
        Add("timestamp", dkim.Timestamp);
        Add("expiration", dkim.Expiration);
        Add("signatureText", dkim.SignatureText);
    }

    private void Add(ArcResult arc)
    {
        Add("status", arc.Status);
        Add("reason", arc.Reason);
        Add("reasonText", arc.ReasonText);
        Add("instance", arc.Instance);
        Add("oldestPass", arc.OldestPass);
        Add("isTransient", arc.IsTransient);
        Add("isMarkedFailed", arc.IsMarkedFailed);
        Add("canBeSealed", arc.CanBeSealed);
        Each("sets", arc.Sets, Add);
    }

    private void Add(ArcSetResult set)
    {
        Add("instance", set.Instance);
        Add("sealDomain", set.SealDomain);
        Add("selector", set.Selector);
        Add("chainValidation", set.ChainValidation);
        Add("chainValidationText", set.ChainValidationText);
        Add("authenticationResults", set.AuthenticationResults?.ToString());
        Add("authenticationResultsProblem", set.AuthenticationResultsProblem);
        Within("sealResult", () => Add(set.SealResult));
        Within("messageSignatureResult", () => Add(set.MessageSignatureResult));
    }

    private void Add(ArcSignatureResult signature)
    {
        Add("status", signature.Status);
        Add("reason", signature.Reason);
        Add("reasonText", signature.ReasonText);
        Add("fieldIndex", signature.FieldIndex);
        Add("domain", signature.Domain);
        Add("selector", signature.Selector);
        Add("algorithm", signature.Algorithm);
        Add("keyBits", signature.KeyBits);
        Add("isTesting", signature.IsTesting);
        Add("hasMultipleKeys", signature.HasMultipleKeys);
        Add("timestamp", signature.Timestamp);
        Add("signedFields", signature.SignedFields);
        Add("bodyLength", signature.BodyLength);
    }

    private void Add(DmarcResult dmarc)
    {
        Add("status", dmarc.Status);
        Add("reason", dmarc.Reason);
        Add("reasonText", dmarc.ReasonText);
        Add("fromDomain", dmarc.FromDomain);
        Add("organizationalDomain", dmarc.OrganizationalDomain);
        Add("policyDomain", dmarc.PolicyDomain);
        Add("record", dmarc.Record);
        Add("policy", dmarc.Policy);
        Add("policyTag", dmarc.PolicyTag);
        Add("appliedPolicy", dmarc.AppliedPolicy);
        Add("disposition", dmarc.Disposition);
        Add("isTesting", dmarc.IsTesting);
        Add("isSampledOut", dmarc.IsSampledOut);
        Add("spfAligned", dmarc.SpfAligned);
        Add("dkimAligned", dmarc.DkimAligned);
        Add("discoveryMethod", dmarc.DiscoveryMethod);
        Add("queriedNames", dmarc.QueriedNames);
        Add("isTransient", dmarc.IsTransient);
        Each("identifiers", dmarc.Identifiers, Add);
        Each("authorDomains", dmarc.AuthorDomains, Add);
    }

    private void Add(AuthorDomainResult author)
    {
        Add("domain", author.Domain);
        Add("status", author.Status);
        Add("reason", author.Reason);
        Add("reasonText", author.ReasonText);
        Add("organizationalDomain", author.OrganizationalDomain);
        Add("policyDomain", author.PolicyDomain);
        Add("record", author.Record);
        Add("policy", author.Policy);
        Add("policyTag", author.PolicyTag);
        Add("appliedPolicy", author.AppliedPolicy);
        Add("disposition", author.Disposition);
        Add("isTesting", author.IsTesting);
        Add("isSampledOut", author.IsSampledOut);
        Add("spfAligned", author.SpfAligned);
        Add("dkimAligned", author.DkimAligned);
        Add("severalRecordsAt", author.SeveralRecordsAt);
        Each("identifiers", author.Identifiers, Add);
    }

    private void Add(IdentifierAlignment alignment)
    {
        Add("identifier.method", alignment.Identifier.Method);
        Add("identifier.domain", alignment.Identifier.Domain);
        Add("identifier.outcome", alignment.Identifier.Outcome);
        Add("mode", alignment.Mode);
        Add("outcome", alignment.Outcome);
        Add("organizationalDomain", alignment.OrganizationalDomain);
        Add("isAlignedPass", alignment.IsAlignedPass);
        Add("text", alignment.Text);
    }

    private void Add(ArcOverrideResult arcOverride)
    {
        Add("isAllowed", arcOverride.IsAllowed);
        Add("reason", arcOverride.Reason);
        Add("reasonText", arcOverride.ReasonText);
        Add("sealer", arcOverride.Sealer);
        Add("instances", arcOverride.Instances);
        Each("claims", arcOverride.Claims, Add);
    }

    private void Add(IprevResult iprev)
    {
        Add("status", iprev.Status);
        Add("reason", iprev.Reason);
        Add("reasonText", iprev.ReasonText);
        Add("clientAddress", iprev.ClientAddress);
        Add("name", iprev.Name);
        Add("namesTried", iprev.NamesTried);
        Add("dnsQueries", iprev.DnsQueries);
        Add("isTransient", iprev.IsTransient);
    }

    private void Add(MethodResult claim)
    {
        Add("method", claim.Method);
        Add("result", claim.Result);
        Add("methodVersion", claim.MethodVersion);
        Add("reason", claim.Reason);
        Add("comment", claim.Comment);
        Each("properties", claim.Properties, Add);
    }

    private void Add(AuthenticationResultsProperty property)
    {
        Add("type", property.Type);
        Add("name", property.Name);
        Add("value", property.Value);
    }

    // ---- How it is written ----

    private void Add<T>(string name, T value)
    {
        var text = value switch
        {
            null => null,
            bool truth => truth ? "true" : "false",
            TimeSpan time => time.Ticks.ToString(CultureInfo.InvariantCulture),
            DateTimeOffset time => time.ToString("O", CultureInfo.InvariantCulture),
            // A name of the program's own: short, and the same in every culture.
            Enum named => named.ToString(),
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString(),
        };
        if (text is not null)
            _members.Add(new VerdictMember(_at + name, text) { IsClosed = IsClosed(value!.GetType()) });
    }

    /// <summary>The types whose values cannot quote a text.</summary>
    internal static bool IsClosed(Type type) =>
        type == typeof(bool) || type.IsEnum || type == typeof(int) || type == typeof(long) || type == typeof(TimeSpan) || type == typeof(DateTimeOffset)
        || type == typeof(DomainName) || type == typeof(IPAddress);

    private void Add<T>(string name, ImmutableArray<T> values)
    {
        for (var i = 0; i < values.Length; i++)
            Add(string.Create(CultureInfo.InvariantCulture, $"{name}[{i}]"), values[i]);
    }

    private void Each<T>(string name, ImmutableArray<T> values, Action<T> add)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i];
            Within(string.Create(CultureInfo.InvariantCulture, $"{name}[{i}]"), () => add(value));
        }
    }

    private void Within(string name, Action add)
    {
        var before = _at;
        _at = $"{before}{name}.";
        add();
        _at = before;
    }
}
