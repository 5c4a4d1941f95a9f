namespace EmailAuth.Dns;

/// <summary>How a <see cref="DnsClientResolver"/> carries its questions to a server.</summary>
public enum DnsTransport
{
    /// <summary>
    /// UDP to servers on loopback, with TCP for long answers; TCP to every other server, so that nobody off the path has a datagram
    /// to forge. The default.
    /// </summary>
    UdpOnLoopback = 0,

    /// <summary>TCP to every server.</summary>
    Tcp,

    /// <summary>
    /// UDP to every server, with TCP for long answers. <b>Risk:</b> the transport takes the first datagram that bears the right 16-bit
    /// number, whoever sent it. Whoever can send packets to this host and guess or see that number chooses the answers, and so who passes SPF,
    /// DKIM and DMARC. Only for a network in which nobody else can send from anywhere.
    /// </summary>
    UdpEverywhere,
}
