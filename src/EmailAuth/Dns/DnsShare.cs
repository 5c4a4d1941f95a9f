namespace EmailAuth.Dns;

/// <summary>
/// A part of a message's questions that belongs to one asker alone. What another asks takes nothing of it, so that nobody's result depends on who was
/// quicker, or on how much a hostile zone makes the other ask.
/// </summary>
/// <param name="message">The message's view of DNS; all else is common.</param>
/// <param name="most">How many questions.</param>
/// <param name="asker">Whose they are, for people.</param>
internal sealed class DnsShare(MessageDnsResolver message, int most, string asker) : IMessageDns
{
    private int _queries;

    public bool LooksAhead => message.LooksAhead;

    public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Interlocked.Increment(ref _queries) <= most
            ? message.QueryAsync(question, cancellationToken)
            : new(MessageDnsResolver.OverQueries($"{asker} has used up the {most} DNS queries that it has of the message's"));
    }

    public DnsAnswer? AtHand(DnsQuestion question) =>
        Volatile.Read(ref _queries) < most && message.AtHand(question) is { } known && Interlocked.Increment(ref _queries) <= most ? known : null;

    public void AskAhead(DnsQuestion question, Action<DnsQuestion, DnsAnswer>? then, CancellationToken cancellationToken) => message.AskAhead(question, then, cancellationToken);
}
