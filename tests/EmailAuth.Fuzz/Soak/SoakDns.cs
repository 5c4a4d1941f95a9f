using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EmailAuth.Dns;

namespace EmailAuth.Fuzz.Soak;

/// <summary>A zone behind a network that is slow now and then, and fails one question in fifty.</summary>
internal sealed class SoakDnsResolver(ZoneDnsResolver zone, int seed) : IDnsResolver
{
    private int _questions = seed;

    public async ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
    {
        switch (Interlocked.Increment(ref _questions) % 100)
        {
            case 0 or 50:
                return DnsAnswer.NoRecords(DnsStatus.ServFail);
            case 10:
                throw new InvalidOperationException();
            case 20 or 21 or 22:
                await Task.Delay(1, cancellationToken);
                break;
            case 30 or 31 or 32:
                await Task.Yield();
                break;
        }
        // Not through the zone's own memory of answers, which is for a test's few names.
        if (question.Name.ToString().EndsWith(".soak.example", StringComparison.Ordinal))
            return question.Type switch
            {
                DnsRecordType.TXT => DnsAnswer.WithRecords([new TxtRecord("v=spf1 ip4:192.0.2.0/24 a mx include:d1.example -all"u8.ToArray())], TimeSpan.FromMinutes(5)),
                DnsRecordType.A => DnsAnswer.WithRecords([new AddressRecord(IPAddress.Parse("192.0.2.7"))], TimeSpan.FromMinutes(5)),
                _ => DnsAnswer.NoRecords(DnsStatus.NxDomain, TimeSpan.FromMinutes(1)),
            };
        return await zone.QueryAsync(question, cancellationToken);
    }
}

/// <summary>The same zone over UDP on loopback: TXT and A records, one datagram in twenty dropped.</summary>
internal sealed class SoakDnsServer : IAsyncDisposable
{
    private readonly UdpClient _udp = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly CancellationTokenSource _stopping = new();
    private readonly ZoneDnsResolver _zone;
    private readonly Task _serving;
    private int _queries;

    public SoakDnsServer(ZoneDnsResolver zone)
    {
        _zone = zone;
        EndPoint = (IPEndPoint)_udp.Client.LocalEndPoint!;
        _serving = ServeAsync();
    }

    public IPEndPoint EndPoint { get; }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var query = await _udp.ReceiveAsync(_stopping.Token);
                if (++_queries % 20 != 0)
                    await _udp.SendAsync(await AnswerAsync(query.Buffer), query.RemoteEndPoint, _stopping.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async ValueTask<byte[]> AnswerAsync(byte[] query)
    {
        var at = 12;
        var name = new StringBuilder();
        for (; query[at] != 0; at += query[at] + 1)
            name.Append(Encoding.Latin1.GetString(query, at + 1, query[at])).Append('.');
        var type = (DnsRecordType)BinaryPrimitives.ReadUInt16BigEndian(query.AsSpan(at + 1));
        var answer = DomainName.TryParse(name.ToString(), out var asked) ? await _zone.QueryAsync(new DnsQuestion(asked, type)) : DnsAnswer.NoRecords(DnsStatus.NxDomain);
        // RFC 1035 §4.1: the header, the question as it came, and each record owned by a pointer to it.
        var reply = new List<byte>(query[..(at + 5)]);
        (reply[2], reply[3]) = (0x81, (byte)(0x80 | (answer.Status == DnsStatus.NxDomain ? 3 : 0)));
        (reply[6], reply[7], reply[8], reply[9], reply[10], reply[11]) = (0, 0, 0, 0, 0, 0);
        foreach (var record in answer.Records)
        {
            byte[]? data = record switch
            {
                TxtRecord text => [.. text.Octets.ToArray().Chunk(255).SelectMany(static part => (byte[])[(byte)part.Length, .. part])],
                AddressRecord address => address.Address.GetAddressBytes(),
                _ => null,
            };
            if (data is null)
                continue;
            reply[7]++;
            reply.AddRange([0xC0, 12, 0, (byte)type, 0, 1, 0, 0, 0, 5, (byte)(data.Length >> 8), (byte)data.Length, .. data]);
        }
        return [.. reply];
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _serving;
        _udp.Dispose();
        _stopping.Dispose();
    }
}
