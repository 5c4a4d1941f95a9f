using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;

namespace EmailAuth.Benchmarks.Loop;

/// <summary>The mode <c>mem</c>: one verification from a stream, in a process that has verified nothing before. The keys of the zone are ready, as in a server.</summary>
internal static class MemoryRun
{
    public static async Task RunAsync(LoopArguments arguments, TextWriter output)
    {
        var path = arguments.SingleMessage;
        using var dns = LoopSubject.OpenZone(arguments);
        foreach (var key in KeysIn(arguments.Zone))
            await KeyQuery.StartAsync(dns, key, CancellationToken.None);
        var subject = new StreamSubject(new DkimVerifier(dns), path);
        var before = ResidentSet.PeakKilobytes;
        var measured = await LoopMeter.RunAsync(subject, 1);
        await output.WriteLineAsync(
            LoopLine.Begin(subject.Message).Add("mode", "mem").Add("input", "stream").Add(measured).Add("base_rss_kb", before).Add("verdict", subject.Verdict).ToString());
    }

    private static HashSet<DomainName> KeysIn(string zone) =>
        [.. new ZoneFileReader(File.ReadAllText(zone), zone).Read().Select(static entry => entry.Owner).Where(static name => name.ToString().Contains("._domainkey.", StringComparison.Ordinal))];

    private sealed class StreamSubject(DkimVerifier verifier, string path) : LoopSubject(NameOf(path), 0)
    {
        private bool _isPass;

        public override string Verdict => _isPass ? "pass" : "fail";

        public override async ValueTask RunAsync()
        {
            await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read);
            _isPass = DkimSubject.IsPass(await verifier.VerifyAsync(EmailMessage.FromStream(stream)));
        }
    }
}
