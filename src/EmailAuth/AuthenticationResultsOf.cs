using System.Collections.Immutable;
using EmailAuth.Arc;
using EmailAuth.AuthResults;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Iprev;
using EmailAuth.Spf;

namespace EmailAuth;

/// <summary>Puts a verdict into the words of RFC 8601 §2.7: one entry for each identity or signature checked (H4).</summary>
internal static class AuthenticationResultsOf
{
    public static AuthenticationResults Result(VerificationResult result, SmtpSession session, string authservId)
    {
        var methods = ImmutableArray.CreateBuilder<MethodResult>(result.Dkim.Length + 6);
        methods.Add(Spf(result.Spf, session));
        if (result.Helo is { } helo)
            methods.Add(Spf(helo, session));
        // What a receiver acts on stands before the signatures: a flood of them may push each other out of the field, but not the verdict.
        methods.Add(Dmarc(result.Dmarc));
        if (result.Iprev is { } iprev)
            methods.Add(Iprev(iprev));
        if (result.Arc.Status != ArcStatus.None)
            methods.Add(result.Arc.ToMethodResult(session.ClientAddress));
        if (result.Dkim.IsEmpty)
            methods.Add(new MethodResult("dkim", result.DkimStatus.ToKeyword()));
        foreach (var signature in result.Dkim)
            methods.Add(Dkim(signature, result.Dkim));
        return new AuthenticationResults(authservId, methods.DrainToImmutable());
    }

    /// <summary>RFC 8601 §2.7.2: smtp.mailfrom or smtp.helo says which identity it was.</summary>
    private static MethodResult Spf(SpfResult spf, SmtpSession session) => new("spf", spf.Status.ToKeyword())
    {
        Reason = spf.Status is SpfStatus.Pass or SpfStatus.None ? null : spf.ReasonText,
        Properties = spf.Scope == SpfScope.Helo
            ? [new("smtp", "helo", session.Helo)]
            : [new("smtp", "mailfrom", session.MailFrom?.Trim('<', '>') ?? "")],
    };

    /// <summary>RFC 8601 §2.7.1 and RFC 6008 §4: header.d, .i, .s, .a and as much of b= as tells the signatures apart.</summary>
    private static MethodResult Dkim(DkimResult signature, ImmutableArray<DkimResult> all)
    {
        var properties = ImmutableArray.CreateBuilder<AuthenticationResultsProperty>(5);
        Add("d", signature.Domain?.ToString());
        Add("i", signature.Identity);
        Add("s", signature.Selector);
        Add("a", signature.Algorithm);
        Add("b", UniquePrefix(signature, all));
        return new MethodResult("dkim", signature.Status.ToKeyword())
        {
            Reason = signature.Status == DkimStatus.Pass ? null : signature.ReasonText,
            Properties = properties.DrainToImmutable(),
        };

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                properties.Add(new AuthenticationResultsProperty("header", name, value));
        }
    }

    private static string UniquePrefix(DkimResult signature, ImmutableArray<DkimResult> all)
    {
        // Eight characters are six octets.
        const int shortest = 8, octets = 6;
        var own = signature.SignatureOctets;
        foreach (var other in all)
        {
            if (!ReferenceEquals(other, signature) && own.CommonPrefixLength(other.SignatureOctets) >= octets)
                return LongerPrefix(signature, all, shortest);
        }
        return Convert.ToBase64String(own.Length > octets ? own[..octets] : own);
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

    /// <summary>RFC 8601 §2.7.3: policy.iprev is the address, as people write it.</summary>
    private static MethodResult Iprev(IprevResult iprev) => new("iprev", iprev.Status.ToKeyword())
    {
        Reason = iprev.Status == IprevStatus.Pass ? null : iprev.ReasonText,
        Properties = [new("policy", "iprev", iprev.ClientAddress.ToString())],
    };

    /// <summary>RFC 9989 §9.1: header.from is the author's domain, policy.dmarc what is to be applied after all options.</summary>
    private static MethodResult Dmarc(DmarcResult dmarc)
    {
        var properties = ImmutableArray.CreateBuilder<AuthenticationResultsProperty>(2);
        if (dmarc.FromDomain is { } from)
            properties.Add(new AuthenticationResultsProperty("header", "from", from.ToString()));
        if (dmarc.AppliedPolicy is { } policy)
            properties.Add(new AuthenticationResultsProperty("policy", "dmarc", policy.ToKeyword()));
        return new MethodResult("dmarc", dmarc.Status.ToKeyword())
        {
            Reason = dmarc.Status is DmarcStatus.Pass or DmarcStatus.None ? null : dmarc.ReasonText,
            Properties = properties.DrainToImmutable(),
        };
    }
}
