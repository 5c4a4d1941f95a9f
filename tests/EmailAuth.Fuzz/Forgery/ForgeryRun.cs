using System.Text;
using EmailAuth.Arc;
using EmailAuth.Dkim;
using EmailAuth.Dns;

namespace EmailAuth.Fuzz.Forgery;

/// <summary>
/// I1, the forgery oracle: signed messages, an octet or a field of which is changed. Where what is signed changed, by the slow reference, nothing may
/// pass; where it did not, the verdict must stay.
/// </summary>
internal sealed class ForgeryRun(SignedMessage[] messages, int seed)
{
    private const string Special = " \t\r\n:;=,@.\0\u007F\u00A0\u00FFaAzZ09+/";

    // Where a field that may stand once stands twice, and only one is signed, the verifier holds its pass back.
    private static readonly string[] Single =
        ["from", "sender", "reply-to", "to", "cc", "bcc", "message-id", "in-reply-to", "references", "subject", "date", "mime-version", "content-type", "content-transfer-encoding"];

    private readonly string[] _expected = [.. messages.Select(message => DataOf(message) ?? throw new ArgumentException($"{message} is not signed"))];
    private long _changed;
    private long _same;

    /// <summary>Mutations that changed what is signed.</summary>
    public long Changed => _changed;

    /// <summary>Mutations that did not.</summary>
    public long Same => _same;

    /// <summary>Runs the mutations from one number to another, each its own whatever ran before.</summary>
    public void Execute(long from, long to)
    {
        var judge = new Judge();
        for (var number = from; number < to; number++)
        {
            var random = new Random(unchecked(seed * 1_000_003 + (int)number));
            var which = (int)(number % messages.Length);
            var mutated = Mutate(messages[which].Text, random);
            if (mutated == messages[which].Text)
                continue;
            var isSame = DataOf(messages[which] with { Text = mutated }) == _expected[which];
            Interlocked.Increment(ref isSame ? ref _same : ref _changed);
            var (passes, status) = messages[which].IsChain ? judge.Chain(mutated) : judge.Signature(mutated);
            if (isSame ? !passes && !IsHeldBack(mutated, messages[which].IsChain) : passes)
                throw new BrokenPromiseException($"number {number}, {messages[which]}: {(isSame ? "what is signed stayed" : "what is signed changed")}, and the result is {status}\n{Show(messages[which].Text, mutated)}");
        }
    }

    private static string? DataOf(SignedMessage message) =>
        message.IsChain ? SlowReference.ChainData(message.Text) : SlowReference.SignedData(message.Text) is { } data ? $"{data.Data}\0{data.Signature}" : null;

    private static bool IsHeldBack(string message, bool isChain)
    {
        var end = message.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var header = end < 0 ? message : message[..(end + 2)];
        if (header.Replace("\r\n", "", StringComparison.Ordinal).AsSpan().IndexOfAny('\r', '\n') >= 0)
            return true;
        if (isChain)
            return false;
        var names = FieldsOf(header).Select(field => field.Split(':')[0].TrimEnd(' ', '\t').ToLowerInvariant()).Where(Single.Contains).ToList();
        return names.Distinct().Count() < names.Count;
    }

    private static List<string> FieldsOf(string header)
    {
        var fields = new List<string>();
        foreach (var line in header.Split("\r\n").SkipLast(1))
        {
            if (fields.Count > 0 && line.Length > 0 && line[0] is ' ' or '\t')
                fields[^1] += line + "\r\n";
            else
                fields.Add(line + "\r\n");
        }
        return fields;
    }

    private static string Mutate(string message, Random random)
    {
        var at = random.Next(message.Length);
        var octet = random.Next(3) == 0 ? (char)random.Next(256) : Special[random.Next(Special.Length)];
        return random.Next(12) switch
        {
            0 or 1 => message.Remove(at, 1),
            2 or 3 => message.Insert(at, octet.ToString()),
            4 or 5 => string.Concat(message.AsSpan(0, at), ((char)(message[at] ^ (1 << random.Next(8)))).ToString(), message.AsSpan(at + 1)),
            6 or 7 => string.Concat(message.AsSpan(0, at), octet.ToString(), message.AsSpan(at + 1)),
            8 => message.Insert(at, random.Next(2) == 0 ? "\r\n" : "\r\n "),
            _ => MutateFields(message, random),
        };
    }

    private static string MutateFields(string message, Random random)
    {
        var end = message.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 2;
        var fields = FieldsOf(message[..end]);
        var (one, other) = (random.Next(fields.Count), random.Next(fields.Count));
        switch (random.Next(6))
        {
            case 0:
                fields.RemoveAt(one);
                break;
            case 1:
                // A second whole signature would pass for itself.
                fields.Insert(other, fields[one].StartsWith("DKIM-", StringComparison.Ordinal) ? "X-" + fields[one] : fields[one]);
                break;
            case 2:
                (fields[one], fields[other]) = (fields[other], fields[one]);
                break;
            case 3:
                var colon = fields[one].IndexOf(':', StringComparison.Ordinal);
                fields[one] = (random.Next(2) == 0 ? fields[one][..colon].ToUpperInvariant() : fields[one][..colon] + " ") + fields[one][colon..];
                break;
            case 4:
                fields[one] = fields[one].Replace(" ", random.Next(2) == 0 ? "\r\n " : " \t", StringComparison.Ordinal);
                break;
            default:
                fields.Insert(one, random.Next(2) == 0 ? "From: eve@evil.example\r\n" : "X-New: field\r\n");
                break;
        }
        return string.Concat(fields) + message[end..];
    }

    private static string Show(string message, string mutated)
    {
        var at = 0;
        while (at < Math.Min(message.Length, mutated.Length) && message[at] == mutated[at])
            at++;
        string Around(string text) => Syntax.Octets.ToPrintable(Encoding.Latin1.GetBytes(text[Math.Max(0, at - 40)..Math.Min(text.Length, at + 40)]), 300);
        return $"at {at}: {Around(message)} became {Around(mutated)}";
    }

    /// <summary>One verifier of each kind, as one thread uses them.</summary>
    private sealed class Judge
    {
        private readonly DkimVerifier _dkim;
        private readonly ArcValidator _arc;

        public Judge()
        {
            IDnsResolver zone = SignedMessage.Zone();
            _dkim = new DkimVerifier(zone, new DkimVerifierOptions { TimeProvider = SignedMessage.Clock });
            _arc = new ArcValidator(zone, new ArcOptions { TimeProvider = SignedMessage.Clock });
        }

        public (bool Passes, string Status) Signature(string message)
        {
            var results = SignedMessage.Completed(_dkim.VerifyAsync(SignedMessage.MessageOf(message)));
            return (results.Any(result => result.Status == DkimStatus.Pass), string.Join(", ", results.Select(result => $"{result.Status} {result.Reason}")));
        }

        public (bool Passes, string Status) Chain(string message)
        {
            var result = SignedMessage.Completed(_arc.ValidateAsync(SignedMessage.MessageOf(message)));
            return (result.Status == ArcStatus.Pass, $"{result.Status} {result.Reason} {result.ReasonText}");
        }
    }
}
