using System.Globalization;

namespace CustomMta.Mail;

/// <summary>Names of files in a Maildir, of which no two are alike: the time, the process, a count, the host.</summary>
internal sealed class UniqueNames(string host, TimeProvider time)
{
    // Maildir: what a path or a flag could begin with is written in octal.
    private readonly string _host = host.Replace("/", "\\057", StringComparison.Ordinal).Replace(":", "\\072", StringComparison.Ordinal);
    private long _count;

    public string Next()
    {
        var now = time.GetUtcNow();
        return string.Create(CultureInfo.InvariantCulture, $"{now.ToUnixTimeSeconds()}.M{now.Millisecond * 1000 + now.Microsecond}P{Environment.ProcessId}Q{Interlocked.Increment(ref _count)}.{_host}");
    }
}
