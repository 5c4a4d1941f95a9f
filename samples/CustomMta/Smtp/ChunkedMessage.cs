using CustomMta.Mail;

namespace CustomMta.Smtp;

/// <summary>A message of which the last chunk is still to come.</summary>
internal sealed class ChunkedMessage : IAsyncDisposable
{
    private readonly CancellationTokenSource _limit;

    private ChunkedMessage(CancellationTokenSource limit, IncomingMessage message) => (_limit, Message) = (limit, message);

    public IncomingMessage Message { get; }

    public CancellationToken TimeIsOver => _limit.Token;

    /// <summary>Begins one; null where there is no room for it.</summary>
    public static ChunkedMessage? Begin(MessageReceiver receiver, Envelope envelope, TimeSpan timeLimit)
    {
        var limit = new CancellationTokenSource(timeLimit);
        if (receiver.Begin(envelope, limit.Token) is { } message)
            return new ChunkedMessage(limit, message);
        limit.Dispose();
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await Message.DisposeAsync();
        _limit.Dispose();
    }
}
