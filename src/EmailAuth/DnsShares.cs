namespace EmailAuth;

/// <summary>
/// How the questions that a message may ask (<see cref="Dns.DnsLimits.MaxQueriesPerMessage"/>) are divided. Who sends writes the SPF records, and may
/// make them cost what he likes: DMARC, DKIM and ARC have what they can need set aside, and SPF, for its two identities together, has the rest.
/// </summary>
/// <param name="Spf">For MAIL FROM, and then HELO.</param>
/// <param name="Dkim">For keys.</param>
/// <param name="Arc">For keys.</param>
/// <param name="Dmarc">For policies and alignment.</param>
internal readonly record struct DnsShares(int Spf, int Dkim, int Arc, int Dmarc)
{
    public static DnsShares Of(EmailAuthLimits limits)
    {
        var all = limits.Dns.MaxQueriesPerMessage;
        var dkim = limits.Dkim.MaxSignaturesVerified;
        // RFC 8617 §5.2: every seal, and the newest message signature.
        var arc = limits.Arc.MaxSets + 1;
        var dmarc = limits.Dmarc.MaxQueriesPerMessage;
        var reserve = dmarc + dkim + arc;
        // Where the whole is set low SPF keeps two fifths, and the others divide what is left in the same proportion; DMARC is the last to have none.
        var spf = Math.Max(all - reserve, ((all * 2) + 4) / 5);
        var left = all - spf;
        if (left >= reserve)
            return new(spf, dkim, arc, dmarc);
        var forDmarc = Part(left, dmarc, reserve);
        var forDkim = Part(left - forDmarc, dkim, dkim + arc);
        return new(spf, forDkim, left - forDmarc - forDkim, forDmarc);
    }

    /// <summary>The same for a message with so many author domains: several have twice the questions (<see cref="Dmarc.DmarcLimits.MaxQueriesPerMessage"/>), of those that ARC could need.</summary>
    public DnsShares With(int authorDomains)
    {
        var more = authorDomains > 1 ? Math.Min(Dmarc, Arc / 2) : 0;
        return this with { Dmarc = Dmarc + more, Arc = Arc - more };
    }

    private static int Part(int whole, int part, int parts) => ((whole * part) + parts - 1) / parts;
}
