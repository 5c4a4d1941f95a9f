using System.Net;
using CustomMta.Settings;

namespace CustomMta.Smtp;

/// <summary>How many connections there are, in all and from each address.</summary>
internal sealed class ConnectionSlots(MtaOptions options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _clients = [];
    private int _count;

    public bool TryEnter(IPAddress client)
    {
        lock (_lock)
        {
            var own = _clients.GetValueOrDefault(client);
            if (_count >= options.MaxConnections || own >= options.MaxConnectionsPerClient)
                return false;
            _count++;
            _clients[client] = own + 1;
            return true;
        }
    }

    public void Leave(IPAddress client)
    {
        lock (_lock)
        {
            _count--;
            // An address that is gone leaves nothing behind.
            if (--_clients[client] == 0)
                _clients.Remove(client);
        }
    }
}
