package dev.espalier.agent.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The views as JSON. Every property is always there, null where it has no value, so that a reader need not tell absent from
 * unknown. Any thread.
 */
public final class ApiJson {

    private static final ObjectMapper MAPPER = JsonMapper.builder(new JsonFactory())
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
            .build();

    private ApiJson() {}

    /** A view, or a list of views, as one line of JSON with its line end. */
    public static String text(Object view) {
        try {
            return MAPPER.writeValueAsString(view) + "\n";
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a view has no form in JSON: " + view.getClass(), impossible);
        }
    }

    static byte[] octets(Object view) {
        return text(view).getBytes(StandardCharsets.UTF_8);
    }

    /** @throws ApiProblem.Refusal when the octets are not what is wanted */
    static <T> T read(byte[] json, Class<T> type, String wanted) {
        try {
            return MAPPER.readValue(json, type);
        } catch (JsonProcessingException malformed) {
            // Only the place: the parser's own words quote the text, and what stands there may be a password.
            JsonLocation at = malformed.getLocation();
            String place = at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
            throw new ApiProblem.Refusal(400, "The body must be " + wanted + "; it is not" + place + ".");
        } catch (IOException impossible) {
            throw new IllegalStateException("octets in memory cannot be read", impossible);
        }
    }
}
