using System.Buffers;
using System.Text;
using System.Text.Json;

namespace EmailAuth.Benchmarks.Loop;

/// <summary>One line of JSON in the making.</summary>
internal sealed class LoopLine
{
    private readonly ArrayBufferWriter<byte> _octets = new();
    private readonly Utf8JsonWriter _json;

    private LoopLine() => _json = new Utf8JsonWriter(_octets);

    public static LoopLine Begin(string message, string peer = "emailauth")
    {
        var line = new LoopLine();
        line._json.WriteStartObject();
        return line.Add("peer", peer).Add("message", message);
    }

    public LoopLine Add(LoopMeasurement measured) =>
        Add("ops", measured.Runs).Add("cpu_ns_per_op", (long)measured.CpuNanoseconds).Add("wall_ns_per_op", (long)measured.WallNanoseconds).Add("peak_rss_kb", measured.PeakKilobytes);

    public LoopLine Add(string name, string value)
    {
        _json.WriteString(name, value);
        return this;
    }

    public LoopLine Add(string name, long value)
    {
        _json.WriteNumber(name, value);
        return this;
    }

    public LoopLine Add(string name, double value, int digits)
    {
        _json.WriteNumber(name, Math.Round(value, digits));
        return this;
    }

    public override string ToString()
    {
        _json.WriteEndObject();
        _json.Flush();
        return Encoding.UTF8.GetString(_octets.WrittenSpan);
    }
}
