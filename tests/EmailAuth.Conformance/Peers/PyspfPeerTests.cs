using System.Net;
using System.Text.Json;
using EmailAuth.Spf;
using EmailAuth.Tests;

namespace EmailAuth.Conformance.Peers;

/// <summary>
/// Our answers beside those of pyspf (Debian python3-spf), on generated records and clients over the same in-memory zones. Where the two differ, the
/// case stands in PyspfDifferences.txt with the section of RFC 7208 that decides; a new difference, and one that is gone, fail the test.
/// </summary>
[Rfc(7208, "4")]
public class PyspfPeerTests
{
    private const int CaseCount = 2_500;
    private const string Python = "/usr/bin/python3";

    /// <summary>Reads cases from standard input and writes a result and an explanation for each. Its look-ups are answered from the case.</summary>
    private const string Program = """
        import json, sys, spf

        def look_up(name, qtype, strict=True, timeout=20):
            types = zone.get(name.lower().rstrip('.'))
            if types is None:
                return []
            if qtype in types:
                return [((name, qtype), value(qtype, v)) for v in types[qtype]]
            if 'CNAME' in types:
                return [((name, 'CNAME'), types['CNAME'][0])]
            if 'TIMEOUT' in types:
                raise spf.TempError('DNS timeout')
            return []

        def value(qtype, v):
            if qtype == 'TXT':
                return [v.encode('latin-1')]
            if qtype == 'MX':
                preference, host = v.split(' ')
                return int(preference), host
            return v

        spf.DNSLookup = look_up
        answers = []
        for case in json.load(sys.stdin):
            zone = case['zone']
            result, code, text = spf.query(i=case['client'], s=case['mail_from'], h=case['helo'], receiver='mx.example.org').check()
            answers.append([result, text if result == 'fail' and text != spf.EXPLANATIONS['fail'] else None])
        json.dump(answers, sys.stdout)
        """;

    [Test]
    public async Task Pyspf_says_the_same_but_where_the_list_tells_why_not()
    {
        Peer.Require("python3-spf", Python, "-c", "import spf");
        var cases = SpfCases.Generate(CaseCount).ToList();
        var (exitCode, output, error) = Peer.Run(Python, ["-c", Program], JsonSerializer.SerializeToUtf8Bytes(cases), TimeSpan.FromMinutes(2));
        Assert.That(exitCode, Is.Zero, error);
        var theirs = JsonSerializer.Deserialize<string?[][]>(output)!;
        Assert.That(theirs, Has.Length.EqualTo(CaseCount));
        Assert.That(theirs.Select(answer => answer[0]).Distinct(), Is.EquivalentTo(Enum.GetValues<SpfStatus>().Select(status => status.ToKeyword())), "every result occurs");

        var differences = new KnownDifferences("Pyspf");
        foreach (var (test, answer) in cases.Zip(theirs))
        {
            var options = new SpfOptions { ReceiverName = "mx.example.org" };
            var ours = await new SpfEvaluator(test.ToResolver(), options).CheckMailFromAsync(IPAddress.Parse(test.Client), test.Helo, test.MailFrom);
            var ourWord = ours.Status.ToKeyword();
            if (ourWord == answer[0] && ours.Explanation == answer[1])
                continue;
            differences.Add(ourWord == answer[0] ? $"{test.Id} explanation" : $"{test.Id} {ourWord} {answer[0]}", $"{ours.ReasonText}\n  \"{ours.Explanation}\" \"{answer[1]}\"\n{test}");
        }
        differences.AssertAllKnown();
    }
}
