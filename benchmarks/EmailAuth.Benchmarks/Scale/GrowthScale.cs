using System.Diagnostics;
using System.Globalization;
using System.Text;
using EmailAuth.AuthResults;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Spf;
using EmailAuth.Syntax;

namespace EmailAuth.Benchmarks.Scale;

/// <summary>
/// Every parser and canonicalizer with input of n, 2n, 4n … 64n: how much the cost grows with each doubling. Input that is plain, and input that is made to
/// be a burden. Limits are raised as far as they go; where an input passes one all the same, the row says less than it seems, so inputs stay within them.
/// </summary>
internal static class GrowthScale
{
    private const int Doublings = 6;
    private const int Rounds = 40;

    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(2);

    private static readonly MessageLimits Header = new() { MaxHeaderBytes = 1 << 20, MaxHeaderFields = 20_000, MaxFieldBytes = 1 << 20 };

    private static readonly AuthenticationResultsLimits Results =
        new() { MaxFields = 1_000, MaxFieldBytes = 64 << 10, MaxResults = 1_000, MaxProperties = 100, MaxWrittenBytes = 64 << 10 };

    /// <summary>One kind of input.</summary>
    /// <param name="Name">What is read, and from what.</param>
    /// <param name="Least">The smallest number of parts.</param>
    /// <param name="Prepare">Makes the work on that many parts.</param>
    private sealed record Case(string Name, int Least, Func<int, Action> Prepare);

    public static void Run()
    {
        Console.WriteLine("| what | n | ns at n | ns at 64n | most in one doubling | mean of a doubling |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: |");
        foreach (var one in Cases)
        {
            var works = Enumerable.Range(0, Doublings + 1).Select(i => one.Prepare(one.Least << i)).ToArray();
            var times = BestTimes(works);
            var most = Enumerable.Range(0, Doublings).Max(i => times[i + 1] / times[i]);
            var mean = Math.Pow(times[^1] / times[0], 1.0 / Doublings);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {one.Name} | {one.Least} | {times[0]:0} | {times[^1]:0} | {most:0.00} | {mean:0.00} |"));
        }
    }

    /// <summary>The best of rounds in which the sizes take turns.</summary>
    private static double[] BestTimes(Action[] works)
    {
        var best = new double[works.Length];
        Array.Fill(best, double.MaxValue);
        var runs = new int[works.Length];
        for (var i = 0; i < works.Length; i++)
        {
            for (var warm = 0; warm < 40; warm++)
                works[i]();
            runs[i] = Math.Max(1, (int)(Round / (Time(works[i], 1) + TimeSpan.FromTicks(1))));
        }
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < works.Length; i++)
                best[i] = Math.Min(best[i], Time(works[i], runs[i]).TotalNanoseconds / runs[i]);
        }
        return best;
    }

    private static TimeSpan Time(Action work, int runs)
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < runs; i++)
            work();
        return Stopwatch.GetElapsedTime(started);
    }

    private static byte[] Repeat(string part, int count, string before = "", string after = "") =>
        Encoding.Latin1.GetBytes(new StringBuilder(before).Insert(before.Length, part, count).Append(after).ToString());

    private static byte[] Number(string format, int count, string before = "", string after = "")
    {
        var text = new StringBuilder(before);
        for (var i = 0; i < count; i++)
            text.AppendFormat(CultureInfo.InvariantCulture, format, i);
        return Encoding.Latin1.GetBytes(text.Append(after).ToString());
    }

    private static IEnumerable<Case> Cases =>
    [
        .. Bodies,
        .. HeaderFields,
        new("header block: fields", 128, n => HeaderWork(Number("Field-{0}: value\r\n", n))),
        new("header block: one field of folds", 512, n => HeaderWork(Repeat("\r\n x", n, "Subject: a", "\r\n"))),
        new("header block: bare CR", 512, n => HeaderWork(Repeat("\rx", n, "Subject: a", "\r\n"))),
        new("From: mailboxes", 32, n => MailboxWork(Number("a{0}@example.com, ", n, " ", "b@example.com"))),
        new("From: comments", 128, n => MailboxWork(Repeat("(c)", n, " ", "b@example.com"))),
        new("From: a quoted string", 512, n => MailboxWork(Repeat("\\\"", n, " \"", "\" <b@example.com>"))),
        new("From lines behind bare CR", 128, n => FromWork(Repeat("\rFrom: a@b.example", n, "Subject: a", "\r\n"))),
        new("h=: names and as many fields", 4, n => PickWork(n, "Name{0}")),
        new("h=: one name, and as many fields of it", 4, n => PickWork(n, "Name")),
        new("DKIM-Signature: names in h=", 4, n => SignatureWork(Number(":Name{0}", n - 1, "v=1; a=rsa-sha256; d=example.com; s=s; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=QUJD; h=From"))),
        new("DKIM-Signature: white space in b=", 32, n => SignatureWork(Repeat("\r\n QUJD", n, "v=1; a=rsa-sha256; d=example.com; s=s; h=From; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=", ""))),
        new("base64 with white space", 256, n => Base64Work(Repeat("QUJD ", n))),
        new("key record: a list in h=", 4, n => KeyWork(Repeat(":sha1", n, "v=DKIM1; h=sha256", "; p="))),
        new("SPF record: networks", 2, n => SpfWork(Repeat(" ip4:192.0.2.0/24", n, "v=spf1", " -all"))),
        new("SPF record: macros", 1, n => SpfWork(Repeat(" exists:%{i}.%{l1r-}.example", n, "v=spf1", " -all"))),
        new("DMARC record: report addresses", 2, n => DmarcWork(Repeat(",mailto:a@example.com", n, "v=DMARC1; p=none; rua=mailto:b@example.com", ""))),
        new("public suffix list: rules", 256, n => SuffixWork(Number("suffix{0}.example\n", n))),
        new("master file: records", 32, n => ZoneWork(Number("name{0}.example. 60 IN TXT \"text\"\n", n))),
        new("Authentication-Results, read: results", 8, n => ResultsWork(Repeat("; dkim=pass header.d=example.com", n, " mx.example.net", "\r\n"))),
        new("Authentication-Results, read: comments", 64, n => ResultsWork(Repeat("(c)", n, " mx.example.net; spf=pass ", "\r\n"))),
        new("Authentication-Results, written: results", 8, WriteWork),
    ];

    private static IEnumerable<Case> Bodies =>
        from algorithm in Enum.GetValues<CanonicalizationAlgorithm>()
        from part in new (string Name, string Text)[]
        {
            ("text", "This is a line of an ordinary text, with words and single spaces in it.\r\n"),
            ("spaces at line ends", "A word \r\n"),
            ("tabs", "a\t"),
            ("spaces only", "  "),
            ("empty lines", "\r\n"),
            ("white lines", " \r\n"),
            ("bare CR", "\r"),
        }
        select new Case($"{(algorithm == CanonicalizationAlgorithm.Simple ? "simple" : "relaxed")} body: {part.Name}", 8_192 / part.Text.Length, n => BodyWork(algorithm, Repeat(part.Text, n)));

    private static IEnumerable<Case> HeaderFields =>
        from algorithm in Enum.GetValues<CanonicalizationAlgorithm>()
        from part in new (string Name, string Text)[] { ("words", "word "), ("folds", "\r\n word"), ("white space", " \t"), ("bare CR", "\r") }
        select new Case($"{(algorithm == CanonicalizationAlgorithm.Simple ? "simple" : "relaxed")} field: {part.Name}", 4_096 / part.Text.Length, n => FieldWork(algorithm, Repeat(part.Text, n, "Subject: a", "b\r\n")));

    private static Action BodyWork(CanonicalizationAlgorithm algorithm, byte[] body) => () =>
    {
        using var plan = new BodyHashPlan();
        plan.Add(algorithm);
        plan.Append(body);
        plan.Finish();
    };

    private static Action FieldWork(CanonicalizationAlgorithm algorithm, byte[] field)
    {
        var output = new byte[field.Length + 2];
        return () => HeaderCanonicalizer.Write(algorithm, field, "Subject".Length, "Subject".Length, output);
    }

    private static Action HeaderWork(byte[] header) => () => HeaderBlock.Parse(header, Header);

    private static Action MailboxWork(byte[] value) => () =>
    {
        var reader = new MailboxListReader(value);
        while (reader.MoveNext())
        {
            // Reading is what is measured.
        }
        if (reader.Problem is not null)
            throw new InvalidOperationException(reader.Problem);
    };

    private static Action FromWork(byte[] octets)
    {
        var header = HeaderBlock.Parse(octets, Header);
        return () => AuthorDomains.Read(header, DmarcLimits.Default);
    }

    private static Action PickWork(int count, string name)
    {
        var header = HeaderBlock.Parse(Number(name + ": a\r\n", count), Header);
        SignedFieldList.TryRead(Number(name + ":", count, "", "From"), SignatureLimits.MaxSignedFields + count, out var names, out _);
        return () =>
        {
            var hasher = new HeaderHasher(CanonicalizationAlgorithm.Simple);
            hasher.AddFields(header, names, own: -1);
            hasher.Dispose();
        };
    }

    private static Action SignatureWork(byte[] value) => () =>
    {
        if (!DkimSignature.TryRead(value, out _, out var defect) && defect.Rule != SignatureRule.SignatureValue)
            throw new InvalidOperationException(defect.Text);
    };

    private static Action Base64Work(byte[] text) => () => Base64Text.TryDecode(text, text.Length, out _);

    private static Action KeyWork(byte[] record) => () => KeyRecord.Read(record);

    private static Action SpfWork(byte[] record) => () => _ = SpfRecord.TryParse(record, out _, out _);

    private static Action DmarcWork(byte[] record) => () => _ = DmarcRecord.TryParse(record, out _);

    private static Action SuffixWork(byte[] list)
    {
        var text = Encoding.Latin1.GetString(list);
        return () => PublicSuffixList.Parse(text);
    }

    private static Action ZoneWork(byte[] zone)
    {
        var text = Encoding.Latin1.GetString(zone);
        return () => ZoneDnsResolver.Parse(text);
    }

    private static Action ResultsWork(byte[] value) => () =>
    {
        if (!AuthenticationResults.TryRead(value, out _, out var problem, Results))
            throw new InvalidOperationException(problem);
    };

    private static Action WriteWork(int count)
    {
        var results = new AuthenticationResults("mx.example.net",
            [.. Enumerable.Range(0, count).Select(static i => new MethodResult("dkim", "pass") { Reason = "good", Properties = [new("header", "d", "example.com"), new("header", "b", "AbCdEfGh")] })]);
        return () => results.ToHeaderField(limits: Results);
    }
}
