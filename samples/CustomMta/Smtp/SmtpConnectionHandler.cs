using System.Diagnostics.CodeAnalysis;
using System.Net;
using CustomMta.Mail;
using CustomMta.Settings;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging;

namespace CustomMta.Smtp;

/// <summary>A connection from its beginning to its end: whether there is room for it, how long it may last, and that nothing it does ends the server.</summary>
internal sealed partial class SmtpConnectionHandler(MessageReceiver receiver, ConnectionSlots slots, MtaMetrics metrics, MtaOptions options, TransactionLog log, ILogger<SmtpConnectionHandler> logger)
    : ConnectionHandler
{
    private readonly ILogger _logger = logger;

    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var client = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        if (client.IsIPv4MappedToIPv6)
            client = client.MapToIPv4();
        // A server that stops asks for this; whoever is between two commands is told so and comes back later.
        var closing = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        using var timeIsOver = new CancellationTokenSource(options.ConnectionTimeLimit);
        var channel = new SmtpChannel(connection.Transport, options, timeIsOver.Token, closing);
        metrics.CountConnection(+1);
        try
        {
            if (slots.TryEnter(client))
                await ConverseAsync(channel, connection.ConnectionId, client);
            else
                await EndAsync(channel, Reply.Busy);
        }
        finally
        {
            metrics.CountConnection(-1);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever goes wrong in one conversation must not reach the others.")]
    private async Task ConverseAsync(SmtpChannel channel, string connection, IPAddress client)
    {
        try
        {
            var seen = options.PretendedClient is { } pretended ? IPAddress.Parse(pretended) : client;
            await using var conversation = new SmtpConversation(channel, connection, seen, receiver, options, log);
            await conversation.RunAsync();
        }
        catch (ConversationEndException end)
        {
            LogEnd(end.Message);
            if (end.Reply is { } reply)
                await EndAsync(channel, reply);
        }
        catch (IOException exception)
        {
            LogEnd(exception.Message);
        }
        catch (Exception exception)
        {
            LogFailure(exception);
            await EndAsync(channel, Reply.LocalError with { Code = 421 });
        }
        finally
        {
            slots.Leave(client);
        }
    }

    /// <summary>A last reply to a client that may be gone.</summary>
    private static async Task EndAsync(SmtpChannel channel, Reply reply)
    {
        try
        {
            await channel.ReplyAsync(reply);
            await channel.FlushAsync();
        }
        catch (Exception exception) when (exception is ConversationEndException or IOException)
        {
            // It is.
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "A conversation ended early: {Reason}")]
    private partial void LogEnd(string reason);

    [LoggerMessage(2, LogLevel.Error, "A conversation failed")]
    private partial void LogFailure(Exception exception);
}
