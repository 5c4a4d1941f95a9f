using System.Diagnostics.Metrics;
using CustomMta.Smtp;

namespace CustomMta;

/// <summary>What the server measures beside the library: connections, and what messages were answered. No tag holds a text of a peer.</summary>
internal sealed class MtaMetrics(IMeterFactory meters)
{
    public const string MeterName = "CustomMta";

    private readonly UpDownCounter<long> _connections = meters.Create(MeterName).CreateUpDownCounter<long>("mta.connections.active", "{connection}", "Connections under way.");
    private readonly Counter<long> _messages = meters.Create(MeterName).CreateCounter<long>("mta.messages", "{message}", "Messages that came to their end, by the reply.");

    public void CountConnection(int change) => _connections.Add(change);

    public void CountMessage(Reply reply) => _messages.Add(1,
        new KeyValuePair<string, object?>("mta.reply", reply.Code),
        new KeyValuePair<string, object?>("mta.status", reply.Status));
}
