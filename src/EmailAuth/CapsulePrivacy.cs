using System.Collections.Immutable;
using System.Text;
using EmailAuth.Signatures;
using EmailAuth.Spf;
using EmailAuth.Syntax;

namespace EmailAuth;

/// <summary>Makes a verdict and its evidence into one in which no address can be read. What is replaced is told at <see cref="CapsuleOptions"/>.</summary>
internal static class CapsulePrivacy
{
    public static VerificationCapsule Hide(VerificationResult result, VerdictEvidence evidence, Pseudonyms pseudonyms)
    {
        var digests = new Dictionary<int, byte[]>();
        foreach (var (index, signature) in evidence.Trace?.Signatures.Evidence ?? [])
            digests[index] = signature.HeaderDigest;
        var hidden = evidence with
        {
            Session = Hide(evidence.Session, pseudonyms),
            Header = HeaderPrivacy.Hide(evidence, pseudonyms),
            KeptDigests = digests,
            Shadows = [],
        };
        // SPF asks in a fixed order, so its answers are known by their places where the names are others.
        var source = new EvidenceSource(hidden, mayShare: false, spfByPlace: true);
        var judged = EmailAuthenticator.JudgeAgainAsync(hidden, hidden.Options, source, CancellationToken.None);
        // Every answer is at hand, so there is nothing to wait for.
        var again = judged.IsCompletedSuccessfully ? judged.Result : throw new InvalidOperationException("A verdict from evidence was not there at once.");
        return new VerificationCapsule(again.Evidence!, Merge(VerdictMembers.Of(result), VerdictMembers.Of(again)));
    }

    /// <summary>Of HELO a domain or IP address stays; of the reverse-path the domain that is its identity.</summary>
    private static SmtpSession Hide(SmtpSession session, Pseudonyms pseudonyms)
    {
        return session with { Helo = HideHelo(session.Helo, pseudonyms), MailFrom = session.MailFrom is { Length: > 0 } path ? HidePath(path, pseudonyms) : session.MailFrom };
    }

    private static string HideHelo(string helo, Pseudonyms pseudonyms)
    {
        if (SpfIdentity.OfHelo(helo).Domain is not null || IpAddressText.TryParse(helo.AsSpan().Trim("[]"), out _))
            return helo;
        var octets = Replace(helo, pseudonyms);
        if (SpfIdentity.OfHelo(Encoding.UTF8.GetString(octets)).Domain is not null)
            HeaderPrivacy.Spoil(octets);
        return Encoding.UTF8.GetString(octets);
    }

    private static string HidePath(string path, Pseudonyms pseudonyms)
    {
        var identity = SpfIdentity.OfMailFrom(path, "");
        var domain = path.LastIndexOf('@') + 1;
        if (identity.Domain is not null)
            return Encoding.UTF8.GetString(Replace(path[..domain], pseudonyms)) + path[domain..];
        var octets = Replace(path, pseudonyms);
        if (SpfIdentity.OfMailFrom(Encoding.UTF8.GetString(octets), "").Domain is not null)
            HeaderPrivacy.Spoil(octets.AsSpan(octets.AsSpan().LastIndexOf((byte)'@') + 1));
        return Encoding.UTF8.GetString(octets);
    }

    private static byte[] Replace(string text, Pseudonyms pseudonyms)
    {
        var octets = Encoding.UTF8.GetBytes(text);
        HeaderPrivacy.ReplaceWords(octets, pseudonyms);
        return octets;
    }

    /// <summary>The verdict as it was in all that cannot quote anything; every text is that of the verdict with the replacements.</summary>
    private static ImmutableArray<VerdictMember> Merge(ImmutableArray<VerdictMember> was, ImmutableArray<VerdictMember> hidden)
    {
        var merged = ImmutableArray.CreateBuilder<VerdictMember>(was.Length);
        foreach (var member in was)
        {
            if (member.IsClosed)
                merged.Add(member);
        }
        foreach (var member in hidden)
        {
            if (!member.IsClosed)
                merged.Add(member);
        }
        return merged.DrainToImmutable();
    }
}
