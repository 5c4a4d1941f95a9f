using System.Text;
using EmailAuth.Conformance.Peers;

namespace EmailAuth.Samples.Tests;

/// <summary>A real browser without a window.</summary>
internal static class Chromium
{
    private static readonly string[] Quiet =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run", "--disable-extensions",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--force-color-profile=srgb", "--force-device-scale-factor=1",
    ];

    public static void Require() => Peer.Require("chromium", "chromium", "--version");

    /// <summary>Opens a file, and gives the document as it is then; writes a picture of it where one is asked for.</summary>
    public static string Open(string file, string profile, string? picture = null, int width = 1280, int height = 2400, params string[] more)
    {
        string[] arguments = [.. Quiet, $"--user-data-dir={profile}", $"--window-size={width},{height}", .. picture is null ? (string[])["--dump-dom"] : [$"--screenshot={picture}"], .. more, new Uri(file).AbsoluteUri];
        var (status, output, error) = Peer.Run("chromium", arguments, default, TimeSpan.FromMinutes(2));
        Assert.That(status, Is.Zero, error);
        return Encoding.UTF8.GetString(output);
    }
}
