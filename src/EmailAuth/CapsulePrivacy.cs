using System.Collections.Immutable;
using System.Text;
using EmailAuth.Signatures;

namespace EmailAuth;

/// <summary>Makes a verdict and its evidence into one in which no address can be read. What is replaced is told at <see cref="CapsuleOptions"/>.</summary>
internal static class CapsulePrivacy
{
    // The members that quote what peers and messages say; all others are words of the program, numbers and domains.
    private static readonly string[] FreeTexts =
        ["reasonText", "identity", "explanation", "helo", "authenticationResults", "authenticationResultsProblem", "comment", "reason", "value"];

    public static VerificationCapsule Hide(VerificationResult result, VerdictEvidence evidence, Pseudonyms pseudonyms)
    {
        var digests = new Dictionary<int, byte[]>();
        foreach (var (index, signature) in evidence.Trace?.Signatures.Evidence ?? [])
            digests[index] = signature.HeaderDigest;
        var hidden = evidence with
        {
            Session = Hide(evidence.Session, pseudonyms),
            Header = HeaderPrivacy.Hide(result.Header, evidence.Header.Span, pseudonyms),
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

    private static SmtpSession Hide(SmtpSession session, Pseudonyms pseudonyms)
    {
        var helo = session.Helo.LastIndexOf('@') is >= 0 and var at ? Replace(session.Helo[..at], pseudonyms) + session.Helo[at..] : session.Helo;
        var mailFrom = session.MailFrom switch
        {
            null => null,
            var path when path.LastIndexOf('@') is >= 0 and var end => Replace(path[..end], pseudonyms) + path[end..],
            var path => Replace(path, pseudonyms),
        };
        return session with { Helo = helo, MailFrom = mailFrom };
    }

    private static string Replace(string text, Pseudonyms pseudonyms)
    {
        var octets = Encoding.UTF8.GetBytes(text);
        // An angle bracket is no part of the local-part, which shall be the same wherever it stands.
        pseudonyms.Replace(octets.AsSpan(text.StartsWith('<') ? 1 : 0));
        return Encoding.UTF8.GetString(octets);
    }

    /// <summary>The verdict as it was, but for the texts, which are those with the replacements.</summary>
    private static ImmutableArray<VerdictMember> Merge(ImmutableArray<VerdictMember> was, ImmutableArray<VerdictMember> hidden)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (path, value) in hidden)
            texts[path] = value;
        var merged = ImmutableArray.CreateBuilder<VerdictMember>(was.Length);
        foreach (var (path, value) in was)
        {
            if (!IsFreeText(path))
                merged.Add(new VerdictMember(path, value));
            else if (texts.TryGetValue(path, out var text))
                merged.Add(new VerdictMember(path, text));
        }
        return merged.DrainToImmutable();
    }

    private static bool IsFreeText(string path)
    {
        var name = path.AsSpan(path.LastIndexOf('.') + 1);
        foreach (var text in FreeTexts)
        {
            // The reasons of methods are words of the program; those of claims are a sealer's.
            if (name.SequenceEqual(text) && (text != "reason" || path.Contains("claims", StringComparison.Ordinal)))
                return true;
        }
        return false;
    }
}
