using CustomMta.Mail;

namespace CustomMta.Smtp;

/// <summary>A message of which the last chunk is still to come.</summary>
internal sealed class ChunkedMessage : IAsyncDisposable
{
    private readonly CancellationTokenSource _limit;

    public ChunkedMessage(MessageReceiver receiver, Envelope envelope, TimeSpan timeLimit)
    {
        _limit = new CancellationTokenSource(timeLimit);
        Message = receiver.Begin(envelope, _limit.Token);
    }

    public IncomingMessage Message { get; }

    public CancellationToken TimeIsOver => _limit.Token;

    public async ValueTask DisposeAsync()
    {
        await Message.DisposeAsync();
        _limit.Dispose();
    }
}
