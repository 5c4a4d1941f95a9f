using CustomMta.Mail;
using EmailAuth.Dns;
using EmailAuth.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CustomMta.Settings;

/// <summary>What shows only when the settings are put to use: those of the library, and the folder of the mail. Told before the first client comes.</summary>
internal static class StartCheck
{
    /// <summary>A line for each problem.</summary>
    /// <param name="services">The server, built.</param>
    /// <param name="mta">Its settings.</param>
    /// <param name="isFolderMade">Whether the folders are made now; not where the server will not start.</param>
    public static IEnumerable<string> Problems(IServiceProvider services, MtaOptions mta, bool isFolderMade)
    {
        try
        {
            var emailAuth = services.GetRequiredService<IOptions<EmailAuthOptions>>().Value;
            if (emailAuth.AuthservId is not { } name)
                return ["EmailAuth:AuthservId is missing; right would be the name of this server, such as mx.receiver.example."];
            if (!DomainName.TryParse(name, out _))
                return [$"EmailAuth:AuthservId is \"{MtaSettings.Shown(name)}\"; right would be the name of this server, such as mx.receiver.example, since it greets by it."];
            if (isFolderMade)
                services.GetRequiredService<MessageReceiver>();
            return [];
        }
        catch (OptionsValidationException exception)
        {
            return exception.Failures.Select(MtaSettings.Shown);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [$"Smtp:Folder (--folder) is \"{MtaSettings.Shown(mta.Folder)}\", which cannot be used: {MtaSettings.Shown(exception.Message)}"];
        }
    }
}
