using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace EmailAuth.Tests.Dns;

/// <summary>
/// A DNS server on one loopback port, UDP and TCP, that does what a test's script says, however wrong. A script that is null drops the question.
/// </summary>
internal sealed class MisbehavingDnsServer : IAsyncDisposable
{
    private readonly UdpClient _udp;
    private readonly TcpListener _tcp;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _running = [];
    private int _udpQueries;
    private int _tcpQueries;

    public MisbehavingDnsServer()
    {
        // The same port for both; another process may hold one of them.
        for (var attempt = 0; ; attempt++)
        {
            _udp = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
            EndPoint = (IPEndPoint)_udp.Client.LocalEndPoint!;
            _tcp = new TcpListener(EndPoint);
            try
            {
                _tcp.Start();
                break;
            }
            catch (SocketException) when (attempt < 20)
            {
                _udp.Dispose();
                _tcp.Dispose();
            }
        }
        _running.Add(ServeUdpAsync());
        _running.Add(ServeTcpAsync());
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>What to do with a question that came as a datagram.</summary>
    public Func<WireQuery, DatagramReply, Task>? OnUdp { get; set; }

    /// <summary>What to do with a question that came over a connection; the connection is closed when the script ends.</summary>
    public Func<WireQuery, NetworkStream, Task>? OnTcp { get; set; }

    public int UdpQueries => Volatile.Read(ref _udpQueries);

    public int TcpQueries => Volatile.Read(ref _tcpQueries);

    /// <summary>The last question, over either.</summary>
    public WireQuery? LastQuery { get; private set; }

    /// <summary>Answers over both the same way.</summary>
    public MisbehavingDnsServer Answering(Func<WireQuery, WireMessage> answer)
    {
        OnUdp = (query, reply) => reply.SendAsync(answer(query).ToArray());
        OnTcp = (query, stream) => SendOverTcpAsync(stream, answer(query).ToArray());
        return this;
    }

    public static async Task SendOverTcpAsync(NetworkStream stream, byte[] message)
    {
        var framed = new byte[message.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)message.Length);
        message.CopyTo(framed, 2);
        await stream.WriteAsync(framed);
    }

    internal sealed class DatagramReply(UdpClient server, IPEndPoint client)
    {
        public Task SendAsync(byte[] message) => server.SendAsync(message, client).AsTask();

        /// <summary>From another address and port than the question went to.</summary>
        public async Task SendFromElsewhereAsync(byte[] message)
        {
            using var elsewhere = new UdpClient(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
            await elsewhere.SendAsync(message, client);
        }
    }

    private async Task ServeUdpAsync()
    {
        try
        {
            while (true)
            {
                var received = await _udp.ReceiveAsync(_stopping.Token);
                Interlocked.Increment(ref _udpQueries);
                LastQuery = WireQuery.Read(received.Buffer);
                if (OnUdp is { } script)
                    Run(script(LastQuery, new DatagramReply(_udp, received.RemoteEndPoint)));
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task ServeTcpAsync()
    {
        try
        {
            while (true)
                Run(ServeConnectionAsync(await _tcp.AcceptTcpClientAsync(_stopping.Token)));
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task ServeConnectionAsync(TcpClient connection)
    {
        using var _ = connection;
        var stream = connection.GetStream();
        var length = new byte[2];
        while (true)
        {
            await stream.ReadExactlyAsync(length, _stopping.Token);
            var octets = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
            await stream.ReadExactlyAsync(octets, _stopping.Token);
            Interlocked.Increment(ref _tcpQueries);
            LastQuery = WireQuery.Read(octets);
            if (OnTcp is { } script)
                await script(LastQuery, stream);
            else
                await Task.Delay(Timeout.Infinite, _stopping.Token);
        }
    }

    private void Run(Task task)
    {
        lock (_running)
            _running.Add(task);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _udp.Dispose();
        _tcp.Dispose();
        Task[] running;
        lock (_running)
            running = [.. _running];
        foreach (var task in running)
        {
            try
            {
                await task.WaitAsync(TimeSpan.FromSeconds(5));
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException or InvalidOperationException)
            {
                // The client has gone, or we are.
            }
        }
        _stopping.Dispose();
    }
}
