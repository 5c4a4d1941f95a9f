namespace EmailAuth.Dns;

/// <summary>What answers the questions of one message: in order, and ahead of their turn.</summary>
internal interface IMessageDns : IDnsResolver
{
    /// <summary>Whether asking ahead is of use: some question had to be waited for. Never where the limits forbid it.</summary>
    bool LooksAhead { get; }

    /// <summary>
    /// The answer, counted as a question asked in order, where a cache has it at hand; null where <see cref="IDnsResolver.QueryAsync"/> must tell.
    /// </summary>
    DnsAnswer? AtHand(DnsQuestion question);

    /// <summary>Asks ahead of the turn; see <see cref="DnsLookAhead.Ask"/>. Does nothing unless <see cref="LooksAhead"/>.</summary>
    void AskAhead(DnsQuestion question, Action<DnsQuestion, DnsAnswer>? then, CancellationToken cancellationToken);
}
