using System.Collections.Immutable;
using EmailAuth.Arc;
using EmailAuth.AuthResults;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Iprev;
using EmailAuth.Spf;

namespace EmailAuth;

/// <summary>A verdict in the words of RFC 8601 §2.7: one entry for each identity or signature checked (H4).</summary>
internal readonly struct AuthenticationResultsOf : IMethodResults
{
    private readonly VerificationResult _verdict;
    private readonly MethodResult? _arc;

    // Where each stands. What a receiver acts on stands before the signatures: a flood of them may push each other out of the field, but not the verdict.
    private readonly int _dmarc;
    private readonly int _iprev = -1;
    private readonly int _chain = -1;
    private readonly int _signatures;

    public AuthenticationResultsOf(VerificationResult verdict)
    {
        _verdict = verdict;
        var next = verdict.Helo is null ? 1 : 2;
        _dmarc = next++;
        if (verdict.Iprev is not null)
            _iprev = next++;
        if (verdict.Arc.Status != ArcStatus.None)
        {
            _arc = verdict.Arc.ToMethodResult(verdict.Session.ClientAddress);
            _chain = next++;
        }
        _signatures = next;
    }

    /// <inheritdoc/>
    public int Count => _signatures + Math.Max(_verdict.Dkim.Length, 1);

    private SpfResult SpfAt(int result) => result == 0 ? _verdict.Spf : _verdict.Helo!;

    private DkimResult? SignatureAt(int result) => _verdict.Dkim.IsEmpty ? null : _verdict.Dkim[result - _signatures];

    /// <inheritdoc/>
    public MethodHead HeadOf(int result) =>
        result < _dmarc ? new("spf", null, SpfAt(result).Status.ToKeyword())
        : result == _dmarc ? new("dmarc", null, _verdict.Dmarc.Status.ToKeyword())
        : result == _iprev ? new("iprev", null, _verdict.Iprev!.Status.ToKeyword())
        : result == _chain ? new(_arc!.Method, null, _arc.Result)
        : new("dkim", null, (SignatureAt(result)?.Status ?? _verdict.DkimStatus).ToKeyword());

    /// <inheritdoc/>
    public string? CommentOf(int result) => result == _chain ? _arc!.Comment : null;

    /// <inheritdoc/>
    public string? ReasonOf(int result)
    {
        if (result < _dmarc)
            return SpfAt(result) is { Status: not (SpfStatus.Pass or SpfStatus.None) } spf ? spf.ReasonText : null;
        if (result == _dmarc)
            return _verdict.Dmarc is { Status: not (DmarcStatus.Pass or DmarcStatus.None) } dmarc ? dmarc.ReasonText : null;
        if (result == _iprev)
            return _verdict.Iprev is { Status: not IprevStatus.Pass } iprev ? iprev.ReasonText : null;
        if (result == _chain)
            return _arc!.Reason;
        return SignatureAt(result) is { Status: not DkimStatus.Pass } signature ? signature.ReasonText : null;
    }

    /// <inheritdoc/>
    public int PropertiesOf(int result)
    {
        if (result < _dmarc || result == _iprev)
            return 1;
        if (result == _dmarc)
            return (_verdict.Dmarc.FromDomain is null ? 0 : 1) + (_verdict.Dmarc.AppliedPolicy is null ? 0 : 1);
        if (result == _chain)
            return _arc!.Properties.Length;
        var count = 0;
        if (SignatureAt(result) is { } signature)
        {
            foreach (var tag in Tags)
                count += HasTag(signature, tag) ? 1 : 0;
        }
        return count;
    }

    /// <inheritdoc/>
    public PropertyName NameOf(int result, int property)
    {
        // RFC 8601 §2.7.2: smtp.mailfrom or smtp.helo says which identity it was.
        if (result < _dmarc)
            return new("smtp", SpfAt(result).Scope == SpfScope.Helo ? "helo" : "mailfrom");
        // RFC 9989 §9.1: header.from is the author's domain, policy.dmarc what is to be applied after all options.
        if (result == _dmarc)
            return IsFrom(property) ? new("header", "from") : new("policy", "dmarc");
        // RFC 8601 §2.7.3: policy.iprev is the address, as people write it.
        if (result == _iprev)
            return new("policy", "iprev");
        if (result == _chain)
            return new(_arc!.Properties[property].Type, _arc.Properties[property].Name);
        return new("header", TagAt(SignatureAt(result)!, property));
    }

    /// <inheritdoc/>
    public ReadOnlySpan<char> ValueOf(int result, int property, Span<char> room)
    {
        if (result < _dmarc)
            return SpfAt(result).Scope == SpfScope.Helo ? _verdict.Session.Helo : _verdict.Session.MailFrom.AsSpan().Trim("<>");
        if (result == _dmarc)
            return IsFrom(property) ? _verdict.Dmarc.FromDomain!.ToString() : _verdict.Dmarc.AppliedPolicy!.Value.ToKeyword();
        if (result == _iprev)
            return _verdict.Iprev!.ClientAddress.ToString();
        if (result == _chain)
            return _arc!.Properties[property].Value;
        var signature = SignatureAt(result)!;
        return TagAt(signature, property) switch
        {
            "d" => signature.Domain!.ToString(),
            "i" => Identity(signature, room),
            "s" => signature.Selector,
            "a" => signature.Algorithm,
            _ => UniquePrefix(signature, _verdict.Dkim, room),
        };
    }

    private bool IsFrom(int property) => property == 0 && _verdict.Dmarc.FromDomain is not null;

    // ---- RFC 8601 §2.7.1 and RFC 6008 §4: header.d, .i, .s, .a and as much of b= as tells the signatures apart ----

    private static readonly ImmutableArray<string> Tags = ["d", "i", "s", "a", "b"];

    private static bool HasTag(DkimResult signature, string tag) => tag switch
    {
        "d" => signature.Domain is not null,
        "i" => signature.IdentityDomain is not null,
        "s" => signature.SelectorName is not null,
        "a" => signature.Algorithm is not null,
        _ => !signature.SignatureOctets.IsEmpty,
    };

    private static string TagAt(DkimResult signature, int property)
    {
        foreach (var tag in Tags)
        {
            if (HasTag(signature, tag) && property-- == 0)
                return tag;
        }
        throw new ArgumentOutOfRangeException(nameof(property));
    }

    private static ReadOnlySpan<char> Identity(DkimResult signature, Span<char> room)
    {
        if (signature.HasIdentity)
            return signature.Identity;
        var domain = signature.IdentityDomain!.ToString();
        room[0] = '@';
        domain.CopyTo(room[1..]);
        return room[..(domain.Length + 1)];
    }

    private static ReadOnlySpan<char> UniquePrefix(DkimResult signature, ImmutableArray<DkimResult> all, Span<char> room)
    {
        // Eight characters are six octets.
        const int shortest = 8, octets = 6;
        var own = signature.SignatureOctets;
        foreach (var other in all)
        {
            if (!ReferenceEquals(other, signature) && own.CommonPrefixLength(other.SignatureOctets) >= octets)
                return LongerPrefix(signature, all, shortest);
        }
        Convert.TryToBase64Chars(own.Length > octets ? own[..octets] : own, room, out var length);
        return room[..length];
    }

    private static string LongerPrefix(DkimResult signature, ImmutableArray<DkimResult> all, int shortest)
    {
        var text = signature.SignatureText;
        var length = shortest;
        foreach (var other in all)
        {
            if (ReferenceEquals(other, signature))
                continue;
            var common = text.AsSpan().CommonPrefixLength(other.SignatureText);
            // Two fields with the same b= cannot be told apart by it (RFC 6008 §6.2).
            if (common < text.Length)
                length = Math.Max(length, common + 1);
        }
        return text.Length <= length ? text : text[..length];
    }
}
